import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'

import { type Clock, type Logger, openScope } from '@fairlead/base'

import type { InjectionTargets } from '../certificates/ca-injection.ts'
import {
  ProvisionedCertificate,
  type ProvisionOptions,
} from '../certificates/provisioned-certificate.ts'
import type { Client } from '../client/client.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Runnable } from '../runnable.ts'
import { CertificateFiles } from '../serving/certificate-files.ts'
import type { CertificateDirectory } from '../serving/serving-options.ts'
import type { BindAddress } from '../serving/bind-address.ts'
import type { CertificateSource } from '../serving/certificate-source.ts'
import { HttpServer } from '../serving/http-server.ts'
import { needsConversionWebhook } from './conversion-definitions.ts'
import { configurationNames } from './webhook-configurations.ts'
import { webhookBodyBytesMax, webhookEndpoint } from './webhook-endpoint.ts'
import type { WebhookRegistry } from './webhook-registry.ts'

/** Certificates that we make, and whose authority we inject. */
export interface ProvisionedCertificates {
  readonly provision: ProvisionOptions & {
    /**
     * The names of the configurations that call the webhooks; default to those that
     * `webhookConfigurations` gives them.
     */
    readonly configurations?: { readonly mutating?: string; readonly validating?: string }
  }
}

/** How the webhooks of a manager are served. */
export interface WebhookServerOptions {
  /** Defaults to 9443; 0 picks a free one. */
  readonly port?: number
  /** Defaults to all addresses of the machine. */
  readonly host?: string
  /** What the server shows: from files, made by us, or from any other source. */
  readonly certificates: CertificateDirectory | ProvisionedCertificates | CertificateSource
  /** PEM of authorities: callers must show a certificate that one of them signed. */
  readonly clientCa?: string
}

/** What a webhook server takes from its manager. */
export interface WebhookServerContext {
  readonly registry: WebhookRegistry
  /** Makes Secrets and injects authorities, on every replica: without the fence of a leader. */
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Serves the webhooks of a registry over HTTPS, on every replica, with a certificate that may change. */
export class WebhookServer implements Runnable {
  readonly needLeaderElection = false
  readonly stage = 'servers'
  readonly #clock: Clock
  readonly #certificate: CertificateSource &
    Partial<Runnable & Pick<ProvisionedCertificate, 'whenReady'>>
  readonly #server: HttpServer

  constructor(options: WebhookServerOptions, context: WebhookServerContext) {
    const { port = 9443, host, clientCa } = options
    const { clock, logger, registry } = context
    this.#clock = clock
    this.#certificate = certificateOf(options.certificates, context)
    this.#server = new HttpServer({
      name: 'webhook server',
      address: host === undefined ? { port } : { host, port },
      handle: webhookEndpoint(registry),
      bodyLimitBytes: webhookBodyBytesMax,
      tls: {
        certificate: this.#certificate,
        ...(clientCa === undefined ? {} : { clientCa }),
      },
      clock,
      logger,
    })
  }

  /** Where it listens; undefined before and after. */
  get address(): BindAddress | undefined {
    return this.#server.address
  }

  /** Resolves when webhooks are answered. */
  whenListening(signal: AbortSignal): Promise<BindAddress> {
    return this.#server.whenListening(signal)
  }

  async start(signal: AbortSignal): Promise<void> {
    using life = openScope({ parents: [signal] })
    const parts = [
      this.#certificate.start?.(life.signal) ?? Promise.resolve(),
      this.#serve(life.signal),
    ]
    try {
      await Promise.all(parts)
    } finally {
      life.abort(new Error('the webhook server stops'))
      await Promise.allSettled(parts)
    }
  }

  /** The readiness check `webhooks-listening`. @throws Error that says why webhooks cannot be called */
  check(): void {
    if (this.address === undefined) throw new Error('the webhook server does not listen')
    const certificate = this.#certificate.current()
    if (certificate === undefined) throw new Error('the webhook server has no certificate')
    const { validTo, validToDate } = new X509Certificate(certificate.cert)
    if (validToDate.getTime() > this.#clock.now()) return
    throw new Error(`the certificate of the webhook server has expired: it was valid to ${validTo}`)
  }

  async #serve(signal: AbortSignal): Promise<void> {
    try {
      await this.#certificate.whenReady?.(signal)
    } catch {
      // The start of the certificate tells why, if it is not that we stop.
      return
    }
    await this.#server.start(signal)
  }
}

function certificateOf(
  certificates: WebhookServerOptions['certificates'],
  { registry, client, clock, logger, metrics }: WebhookServerContext,
): CertificateSource {
  if ('directory' in certificates) {
    const { directory, certName = 'tls.crt', keyName = 'tls.key' } = certificates
    const certFile = join(directory, certName)
    return new CertificateFiles({
      certFile,
      keyFile: join(directory, keyName),
      clock,
      logger,
      metrics,
    })
  }
  if (!('provision' in certificates)) return certificates
  const { configurations = {}, ...provision } = certificates.provision
  const targets = () => injectionTargets(registry, { ...configurationNames, ...configurations })
  return new ProvisionedCertificate({
    ...provision,
    targets,
    client,
    clock,
    logger,
    metrics: metrics.webhook,
  })
}

function injectionTargets(
  { registered }: WebhookRegistry,
  names: { readonly mutating: string; readonly validating: string },
): InjectionTargets {
  const has = (sort: 'mutating' | 'validating') => registered.some((each) => each.sort === sort)
  return {
    mutatingWebhookConfigurations: has('mutating') ? [names.mutating] : [],
    validatingWebhookConfigurations: has('validating') ? [names.validating] : [],
    customResourceDefinitions: registered.flatMap((each) =>
      each.sort === 'conversion' && needsConversionWebhook(each.crd)
        ? [each.crd.metadata.name ?? '']
        : [],
    ),
  }
}
