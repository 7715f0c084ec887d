import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiServerOptions } from '@fairlead/apiserver'
import { UsageError } from '../usage-error.ts'
import type { GivenFlags } from './go-flags.ts'

/** What kube-apiserver's flags ask of our server, but for where its objects are. */
type KubeApiServerSettings = Pick<
  ApiServerOptions,
  'host' | 'port' | 'serving' | 'clientAuthorities' | 'admission'
> & {
  /** The address of the etcd, without a slash at its end. */
  readonly etcd: string
  /** Defaults to `/registry`, as kube-apiserver's. */
  readonly etcdPrefix: string
}

const modes = ['AlwaysAllow', 'RBAC', 'Node']

/**
 * Reads the flags and the files that they name.
 * @throws UsageError for what kube-apiserver would not start with, or is not served here
 */
export function kubeApiServerSettings(flags: GivenFlags): KubeApiServerSettings {
  const [etcd] = flags.list('etcd-servers')
  if (etcd === undefined) throw new UsageError('--etcd-servers must be specified')
  const unknown = flags.list('authorization-mode').find((mode) => !modes.includes(mode))
  if (unknown !== undefined) {
    throw new UsageError(
      `--authorization-mode: "${unknown}" is not served: expected ${modes.join(', ')}`,
    )
  }
  const serving = servingPair(flags)
  const clientAuthorities = flags.text('client-ca-file')
  return {
    host: flags.text('bind-address') ?? '0.0.0.0',
    port: portOf(flags.text('secure-port') ?? '6443'),
    etcd: etcd.replace(/\/+$/, ''),
    etcdPrefix: flags.text('etcd-prefix') ?? '/registry',
    admission: {
      // On by default in kube-apiserver, off in our server; envtest turns it off.
      enable: ['ServiceAccount', ...flags.list('enable-admission-plugins')],
      disable: flags.list('disable-admission-plugins'),
    },
    ...(serving === undefined ? {} : { serving }),
    ...(clientAuthorities === undefined
      ? {}
      : { clientAuthorities: content('client-ca-file', clientAuthorities) }),
  }
}

/** The pair that is named, else the one in the directory of certificates, as kube-apiserver chooses. */
function servingPair(flags: GivenFlags): ApiServerOptions['serving'] {
  const [certificate, privateKey] = [
    flags.text('tls-cert-file'),
    flags.text('tls-private-key-file'),
  ]
  if ((certificate === undefined) !== (privateKey === undefined)) {
    throw new UsageError('--tls-cert-file and --tls-private-key-file go together')
  }
  if (certificate !== undefined && privateKey !== undefined) {
    return {
      certificate: content('tls-cert-file', certificate),
      privateKey: content('tls-private-key-file', privateKey),
    }
  }
  const folder = flags.text('cert-dir')
  if (folder === undefined || !existsSync(join(folder, 'apiserver.crt'))) return undefined
  return {
    certificate: content('cert-dir', join(folder, 'apiserver.crt')),
    privateKey: content('cert-dir', join(folder, 'apiserver.key')),
  }
}

function content(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`--${flag}: ${why}`, { cause })
  }
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= 1 && port <= 65535) return port
  throw new UsageError(`--secure-port is "${text}": expected a port from 1 to 65535`)
}
