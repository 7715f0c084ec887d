import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { KubernetesObject } from '@fairlead/kube-core'
import { credentialFilesIn, PublicKeyInfrastructure } from '@fairlead/pki'

/** Where the operator under test serves its webhooks, and with what. */
export interface WebhookEndpoint {
  readonly host: string
  readonly port: number
  /** Directory with `tls.crt` and `tls.key`, as controller-runtime's webhook server reads them. */
  readonly certDir: string
  /** PEM. */
  readonly certificate: string
  readonly privateKey: string
  /** PEM of who signed the certificate; stands in the configurations as `caBundle`. */
  readonly caCertificate: string
}

/** What a test may choose of its endpoint. */
export interface WebhookEndpointOptions {
  /** Defaults to 127.0.0.1. */
  readonly host?: string
  /** Defaults to a port that was free. */
  readonly port?: number
  /** Defaults to a directory that is removed at the end. */
  readonly certDir?: string
}

/** Chooses host and port, and issues a certificate for them. `dispose` removes a directory of its own. */
export async function openWebhookEndpoint(
  { host = '127.0.0.1', port, certDir }: WebhookEndpointOptions,
  now: () => number,
): Promise<WebhookEndpoint & Disposable> {
  const directory = certDir ?? mkdtempSync(join(tmpdir(), 'fairlead-webhooks-'))
  const pki = new PublicKeyInfrastructure(credentialFilesIn(directory), now)
  const { certificate, privateKey } = pki.leaf('tls', {
    usage: 'server',
    subject: { commonName: 'webhooks' },
    hosts: [...new Set([host, '127.0.0.1', '::1', 'localhost'])],
  })
  return {
    host,
    port: port ?? (await freePort(host)),
    certDir: directory,
    certificate,
    privateKey,
    caCertificate: pki.caCertificate,
    [Symbol.dispose]: () => {
      if (certDir === undefined) rmSync(directory, { recursive: true, force: true })
    },
  }
}

/**
 * The object as it has to be for its webhooks to be called at the endpoint: each Service that a
 * webhook configuration or the conversion of a CustomResourceDefinition names becomes a URL with
 * the same path, as envtest rewrites them. Any other object stays as it is.
 */
export function calledAt(endpoint: WebhookEndpoint, object: KubernetesObject): KubernetesObject {
  if (object.kind === 'CustomResourceDefinition') return withConversion(endpoint, object)
  if (!/^(Mutating|Validating)WebhookConfiguration$/.test(object.kind)) return object
  const webhooks = Array.isArray(object['webhooks']) ? (object['webhooks'] as Webhook[]) : []
  return {
    ...object,
    webhooks: webhooks.map((webhook) => ({
      ...webhook,
      clientConfig: clientConfig(endpoint, webhook.clientConfig, ''),
    })),
  }
}

interface ClientConfig {
  readonly url?: string
  readonly service?: { readonly path?: string }
  readonly caBundle?: string
}

interface Webhook {
  readonly clientConfig?: ClientConfig
}

interface Conversion {
  readonly strategy?: string
  readonly webhook?: { readonly clientConfig?: ClientConfig }
}

function withConversion(endpoint: WebhookEndpoint, object: KubernetesObject): KubernetesObject {
  const spec = (object['spec'] ?? {}) as { readonly conversion?: Conversion }
  const { conversion } = spec
  if (conversion?.strategy !== 'Webhook') return object
  const called = clientConfig(endpoint, conversion.webhook?.clientConfig, '/convert')
  const webhook = { ...conversion.webhook, clientConfig: called }
  return { ...object, spec: { ...spec, conversion: { ...conversion, webhook } } }
}

/** A URL that the test chose itself stays. */
function clientConfig(
  { host, port, caCertificate }: WebhookEndpoint,
  given: ClientConfig | undefined,
  defaultPath: string,
): ClientConfig {
  if (given?.url !== undefined) return given
  const path = given?.service?.path ?? defaultPath
  const address = host.includes(':') ? `[${host}]` : host
  const url = `https://${address}:${port}/${path.replace(/^\/+/, '')}`
  return { url, caBundle: Buffer.from(caCertificate).toString('base64') }
}

async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
