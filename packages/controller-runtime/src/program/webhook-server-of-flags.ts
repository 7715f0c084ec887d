import type { KubeConfig } from '../kube-config/kube-config.ts'
import { configurationNamesWith } from '../webhook/webhook-configurations.ts'
import type { WebhookServerOptions } from '../webhook/webhook-server.ts'
import { FlagError } from './flag.ts'
import { checkNeeds } from './flag-needs.ts'
import { operatorFlags, type OperatorFlagValues } from './operator-flags.ts'

/** What no flag decides; certificates come from here only if no flag says where they come from. */
export type ProgramWebhookServer = Partial<Omit<WebhookServerOptions, 'port'>>

/** How webhooks are served; undefined if nothing says where certificates come from. */
export function webhookServerOf(
  flags: OperatorFlagValues,
  config: KubeConfig,
  options: ProgramWebhookServer = {},
): WebhookServerOptions | undefined {
  const port = flags['webhook-port']
  if (!(port >= 0 && port <= 65_535)) throw new FlagError(`--webhook-port ${port} is no port`)
  const host = flags['webhook-host']
  const certificates = certificatesOf(flags, config) ?? options.certificates
  if (certificates !== undefined) {
    return { ...options, port, certificates, ...(host === '' ? {} : { host }) }
  }
  if (host !== '')
    throw new FlagError('--webhook-host needs --webhook-cert-path or --webhook-service')
  if (port !== operatorFlags['webhook-port'].default) {
    throw new FlagError('--webhook-port needs --webhook-cert-path or --webhook-service')
  }
  return undefined
}

function certificatesOf(
  flags: OperatorFlagValues,
  config: KubeConfig,
): WebhookServerOptions['certificates'] | undefined {
  const directory = flags['webhook-cert-path']
  const service = flags['webhook-service']
  if (service === '' && flags['webhook-configuration-prefix'] !== '') {
    throw new FlagError('--webhook-configuration-prefix needs --webhook-service')
  }
  if (directory !== '' && service !== '') {
    throw new FlagError('give --webhook-cert-path or --webhook-service, not both')
  }
  checkNeeds(flags, ['webhook-cert-name', 'webhook-cert-key'], 'webhook-cert-path')
  checkNeeds(flags, ['webhook-secret'], 'webhook-service')
  if (directory !== '') {
    const [certName, keyName] = [flags['webhook-cert-name'], flags['webhook-cert-key']]
    return { directory, certName, keyName }
  }
  return service === '' ? undefined : madeFor(service, flags, config)
}

function madeFor(
  service: string,
  flags: OperatorFlagValues,
  config: KubeConfig,
): WebhookServerOptions['certificates'] {
  const [first = '', second, ...rest] = service.split('/')
  const [namespace, name] = second === undefined ? [config.namespace, first] : [first, second]
  if (!namespace || name === '' || rest.length > 0) {
    throw new FlagError(
      `--webhook-service "${service}" is no Service: write namespace/name, or the name alone where ` +
        'the kubeconfig or the pod has a namespace',
    )
  }
  const secret = { namespace, name: flags['webhook-secret'] }
  const prefix = flags['webhook-configuration-prefix']
  const configurations = prefix === '' ? undefined : configurationNamesWith(prefix)
  return {
    provision: { service: { namespace, name }, secret, ...(configurations && { configurations }) },
  }
}
