import type { ApiServerOptions } from '@fairlead/apiserver'
import { UsageError } from '../usage-error.ts'
import { accessSettings } from './access-settings.ts'
import { featureGatesFlag, runtimeConfigFlag } from '../feature-flags.ts'
import type { GivenFlags } from './go-flags.ts'
import { clientAuthorities, servingPair } from './serving-settings.ts'

/** What kube-apiserver's flags ask of our server, but for where its objects are. */
type KubeApiServerSettings = Pick<
  ApiServerOptions,
  | 'host'
  | 'port'
  | 'serving'
  | 'clientAuthorities'
  | 'admission'
  | 'authorization'
  | 'anonymous'
  | 'staticTokens'
  | 'serviceAccounts'
  | 'featureGates'
  | 'runtimeConfig'
> & {
  /** The address of the etcd, without a slash at its end. */
  readonly etcd: string
  /** Defaults to `/registry`, as kube-apiserver's. */
  readonly etcdPrefix: string
}

/**
 * Reads the flags and the files that they name.
 * @throws UsageError for what kube-apiserver would not start with, or is not served here
 */
export function kubeApiServerSettings(flags: GivenFlags): KubeApiServerSettings {
  const [etcd] = flags.list('etcd-servers')
  if (etcd === undefined) throw new UsageError('--etcd-servers must be specified')
  const serving = servingPair(flags)
  const authorities = clientAuthorities(flags)
  return {
    host: flags.text('bind-address') ?? '0.0.0.0',
    port: portOf(flags.text('secure-port') ?? '6443'),
    etcd: etcd.replace(/\/+$/, ''),
    etcdPrefix: flags.text('etcd-prefix') ?? '/registry',
    ...accessSettings(flags),
    admission: {
      // On by default in kube-apiserver, off in our server; envtest turns it off.
      enable: ['ServiceAccount', ...flags.list('enable-admission-plugins')],
      disable: flags.list('disable-admission-plugins'),
    },
    featureGates: featureGatesFlag(flags.list('feature-gates')),
    runtimeConfig: runtimeConfigFlag(flags.list('runtime-config')),
    ...(serving === undefined ? {} : { serving }),
    ...(authorities === undefined ? {} : { clientAuthorities: authorities }),
  }
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= 1 && port <= 65535) return port
  throw new UsageError(`--secure-port is "${text}": expected a port from 1 to 65535`)
}
