import { type Clock, type Logger, sleep, untilAborted } from '@fairlead/base'
import { StatusError } from '@fairlead/kube-core'

import type { Client } from '../client/client.ts'
import type { WebhookMetrics } from '../metrics/webhook-metrics.ts'
import type { Runnable } from '../runnable.ts'
import type { CertificateSource, ServingCertificate } from '../serving/certificate-source.ts'
import { injectAuthorities, type InjectionTargets } from './ca-injection.ts'
import { type CertificateLifetimes, certificateLifetimes } from './certificate-lifetimes.ts'
import { endOf } from './certificate-plan.ts'
import { currentCertificates, ForeignSecretError, type SecretName } from './certificate-secret.ts'
import { bundleOf, type StoredCertificates } from './stored-certificates.ts'

/** What is declared of certificates that we make. */
export interface ProvisionOptions {
  /** The Service through which the API server reaches the webhooks; the certificate is for its names. */
  readonly service: { readonly namespace: string; readonly name: string }
  /** Where the certificates are kept, so that all replicas show the same; made if it is not there. */
  readonly secret: SecretName
  /** Further names and addresses of the server. */
  readonly hosts?: readonly string[]
  readonly lifetimes?: Partial<CertificateLifetimes>
  /** How often the Secret and the configurations are looked at. Defaults to 10 s. */
  readonly checkIntervalMs?: number
}

interface ProvisionedCertificateOptions extends ProvisionOptions {
  readonly client: Client
  /** Where the authority is to be injected; asked each time. */
  readonly targets: () => InjectionTargets
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: WebhookMetrics
}

/**
 * The certificate of a webhook server, made by us with an authority of our own: kept in a Secret that
 * all replicas share, replaced before it expires, and made known to the API server as the `caBundle`
 * of whatever calls the webhooks. `start` rejects when that is impossible from the beginning; what
 * fails later is logged and counted, and tried again.
 */
export class ProvisionedCertificate implements CertificateSource, Runnable {
  readonly needLeaderElection = false
  readonly stage = 'servers'
  readonly #options: ProvisionedCertificateOptions
  readonly #lifetimes: CertificateLifetimes
  readonly #listeners = new Set<() => void>()
  readonly #ready = Promise.withResolvers<void>()
  #current: ServingCertificate | undefined
  #lastFailure: string | undefined

  /** @throws Error for lifetimes that leave no time for a change, and for looking without a pause */
  constructor(options: ProvisionedCertificateOptions) {
    const { checkIntervalMs = 10_000 } = options
    if (!(checkIntervalMs > 0)) {
      throw new Error(`checkIntervalMs must be above 0, not ${checkIntervalMs}`)
    }
    this.#options = options
    this.#lifetimes = certificateLifetimes(options.lifetimes)
    // Nobody need have asked.
    this.#ready.promise.catch(() => {})
  }

  current(): ServingCertificate | undefined {
    return this.#current
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves when there is a certificate, and its authority is injected as far as that is possible. */
  whenReady(signal: AbortSignal): Promise<void> {
    return untilAborted(this.#ready.promise, signal)
  }

  async start(signal: AbortSignal): Promise<void> {
    const { clock, checkIntervalMs = 10_000 } = this.#options
    while (!signal.aborted) {
      await this.#check(signal)
      const isWaiting = this.#current === undefined
      await sleep(
        clock,
        isWaiting ? Math.min(checkIntervalMs, 1_000) : checkIntervalMs,
        signal,
      ).catch(() => {})
    }
  }

  async #check(signal: AbortSignal): Promise<void> {
    try {
      const { service, hosts = [], targets } = this.#options
      const wanted = { hosts: [...serviceNames(service), ...hosts], lifetimes: this.#lifetimes }
      const stored = await currentCertificates({ ...this.#options, ...wanted }, signal)
      const injection = { ...this.#options, targets: targets() }
      const failures = await injectAuthorities(injection, bundleOf(stored), signal)
      this.#take(stored)
      if (failures.length === 0) this.#lastFailure = undefined
      else
        this.#failed(
          new AggregateError(failures, failures.map(({ message }) => message).join('; ')),
        )
    } catch (error) {
      if (signal.aborted) return
      const failure = explained(error, this.#options.secret)
      this.#failed(failure)
      if (this.#current !== undefined || !isLasting(error)) return
      this.#ready.reject(failure)
      throw failure
    }
  }

  #take({ serving, authority }: StoredCertificates): void {
    const { certificateExpiration } = this.#options.metrics
    const { certificate: cert, privateKey: key } = serving
    certificateExpiration.set({ certificate: 'serving' }, endOf(cert) / 1000)
    certificateExpiration.set({ certificate: 'authority' }, endOf(authority.certificate) / 1000)
    const changed = cert !== this.#current?.cert || key !== this.#current.key
    this.#current = { cert, key }
    this.#ready.resolve()
    if (changed) for (const listener of this.#listeners) listener()
  }

  /** The same failure is logged once, not at every check. */
  #failed(failure: Error): void {
    this.#options.metrics.certificateErrors.inc()
    if (failure.message === this.#lastFailure) return
    this.#lastFailure = failure.message
    this.#options.logger.error({ err: failure }, failure.message)
  }
}

/** As the cluster's DNS names a Service; the API server uses the first. */
function serviceNames({ namespace, name }: ProvisionOptions['service']): string[] {
  const host = `${name}.${namespace}.svc`
  return [host, `${host}.cluster.local`, `${name}.${namespace}`]
}

function explained(error: unknown, { namespace, name }: SecretName): Error {
  if (error instanceof ForeignSecretError) return error
  const why = error instanceof Error ? error.message : String(error)
  return new Error(
    `the certificates of the webhooks cannot be kept in the Secret ${namespace}/${name}: ${why}`,
    { cause: error },
  )
}

/** What waiting does not mend: most refusals, such as that of a permission. */
function isLasting(error: unknown): boolean {
  if (error instanceof ForeignSecretError) return true
  if (!(error instanceof StatusError)) return false
  return error.code >= 400 && error.code < 500 && ![408, 409, 429].includes(error.code)
}
