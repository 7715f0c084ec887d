import { isJsonObject, objectOrEmpty } from '@fairlead/base'

/** Where a webhook is, as `clientConfig` of a webhook configuration or definition says it. */
export interface WebhookClientConfig {
  readonly url?: string
  readonly service?: WebhookService
  /** PEM; without it the system's authorities are trusted. */
  readonly caBundle?: string
}

/** A Service of the cluster. */
export interface WebhookService {
  readonly namespace: string
  readonly name: string
  /** Empty for `/`. */
  readonly path: string
  /** 443 by default. */
  readonly port: number
}

/** Reads a validated `clientConfig`. */
export function parseClientConfig(clientConfig: unknown): WebhookClientConfig {
  const { url, service, caBundle } = objectOrEmpty(clientConfig)
  return {
    ...(typeof url === 'string' ? { url } : {}),
    ...(isJsonObject(service) ? { service: parseService(service) } : {}),
    ...(typeof caBundle === 'string' && caBundle !== ''
      ? { caBundle: Buffer.from(caBundle, 'base64').toString('utf8') }
      : {}),
  }
}

function parseService({ namespace, name, path, port }: Record<string, unknown>): WebhookService {
  return {
    namespace: String(namespace),
    name: String(name),
    path: typeof path === 'string' ? path : '',
    port: typeof port === 'number' ? port : 443,
  }
}

/** Where a call goes. */
export interface CallAddress {
  /** As it is shown in errors: a Service's port is always named. */
  readonly text: string
  readonly hostname: string
  readonly port: number
  /** As in the Host header. */
  readonly authority: string
  readonly path: string
}

/** Where to call a webhook; the deadline is in the query, so that it is told of it. */
export function callAddress({ url, service }: WebhookClientConfig, timeoutMs: number): CallAddress {
  const parsed =
    service === undefined
      ? new URL(url ?? '')
      : new URL(`https://${hostOf(service)}:${service.port}${service.path || '/'}`)
  const authority = service === undefined ? parsed.host : `${hostOf(service)}:${service.port}`
  // Go's client cleans paths.
  const pathname = parsed.pathname.replaceAll(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
  const path = `${pathname}?timeout=${Math.ceil(timeoutMs / 1000)}s`
  return {
    text: `https://${authority}${path}`,
    hostname: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(parsed.port || 443),
    authority,
    path,
  }
}

/** The name of a Service in the cluster, which its certificate is for. */
export function hostOf({ namespace, name }: WebhookService): string {
  return `${name}.${namespace}.svc`
}
