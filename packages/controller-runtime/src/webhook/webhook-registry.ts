import { type Clock, type JsonObject, type Logger, openScope, withFields } from '@fairlead/base'

import type { WebhookMetrics } from '../metrics/webhook-metrics.ts'
import type { AdmissionHandler } from './admission-handler.ts'
import { answerAdmissionReview } from './admission-review.ts'
import { answerConversionReview, type ConvertedKind } from './conversion-review.ts'
import type {
  RegisteredAdmission,
  RegisteredConversion,
  RegisteredWebhook,
} from './registered-webhook.ts'
import { checkWebhookPath, conversionPath } from './webhook-path.ts'

/** What a registry runs its webhooks with. */
export interface WebhookRegistryOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: WebhookMetrics
  /** Called after each registration. */
  readonly onRegister?: () => void
}

/** An answer, apart from any connection. */
export interface WebhookAnswer {
  readonly code: number
  readonly body?: JsonObject
}

/** How an answer is waited for. */
export interface ReviewOptions {
  /** When the answer is not wanted any more. */
  readonly signal?: AbortSignal
  /** How long it may take, in milliseconds. Defaults to 30 s, the longest that a webhook may take. */
  readonly timeoutMs?: number
}

const timeoutMsDefault = 30_000

/**
 * The webhooks of a manager, by path: whoever serves them, and tests, ask here. More can be added
 * while they are served.
 */
export class WebhookRegistry {
  readonly #options: WebhookRegistryOptions
  readonly #admissions = new Map<string, RegisteredAdmission>()
  readonly #handlers = new Map<string, AdmissionHandler>()
  readonly #conversions: ConvertedKind[] = []

  constructor(options: WebhookRegistryOptions) {
    this.#options = options
  }

  /** All of them, for manifests, in the order in which they came. */
  get registered(): readonly RegisteredWebhook[] {
    const conversions = this.#conversions.map(({ crd }): RegisteredConversion => ({
      sort: 'conversion',
      path: conversionPath,
      crd,
    }))
    return [...this.#admissions.values(), ...conversions]
  }

  /**
   * Adds an admission webhook for any kinds; for one kind, `webhookBuilder` is shorter.
   * @throws Error for a path that is not well-formed or that another webhook has
   */
  admits(webhook: RegisteredAdmission, handler: AdmissionHandler): void {
    const { path } = webhook
    checkWebhookPath(path)
    if (this.#admissions.has(path) || path === conversionPath) {
      throw new Error(`can't register duplicate path: ${path}: give each webhook its own`)
    }
    this.#admissions.set(path, webhook)
    this.#handlers.set(path, handler)
    this.#options.metrics.initialize(path)
    this.#options.onRegister?.()
  }

  /**
   * Adds the conversion of a kind, at `/convert`, where all kinds are converted.
   * @throws Error for a kind that is already converted
   */
  converts(kind: ConvertedKind): void {
    const { name } = kind.crd.metadata
    if (this.#conversions.some(({ crd }) => crd.metadata.name === name)) {
      throw new Error(`the conversion of ${name} is already registered`)
    }
    this.#conversions.push(kind)
    this.#options.metrics.initialize(conversionPath)
    this.#options.onRegister?.()
  }

  /**
   * Answers an AdmissionReview or a ConversionReview as if it had been sent to the path, without a
   * connection.
   * @throws Error when there is no webhook at the path, or when the review cannot be read
   */
  async review(path: string, review: object, options: ReviewOptions = {}): Promise<JsonObject> {
    const { code, body } = await this.answer(path, review, options)
    if (body !== undefined) return body
    if (code !== 404) throw new Error(`the webhook ${path} answers ${code}: this is no review`)
    const paths = [...new Set(this.registered.map((each) => each.path))]
    throw new Error(`no webhook is registered at ${path}, but at ${paths.join(', ') || 'no path'}`)
  }

  /** The same, for a server: answers what cannot be read too. */
  async answer(path: string, review: unknown, options: ReviewOptions = {}): Promise<WebhookAnswer> {
    if (!this.has(path)) return { code: 404 }
    return this.#options.metrics.observe(path, () => this.#answer(path, review, options))
  }

  /** Whether there is a webhook at the path. */
  has(path: string): boolean {
    return this.#admissions.has(path) || (path === conversionPath && this.#conversions.length > 0)
  }

  /** Whether the path is one of admission, whose every answer is an AdmissionReview. */
  admitsAt(path: string): boolean {
    return this.#admissions.has(path)
  }

  async #answer(path: string, review: unknown, options: ReviewOptions): Promise<WebhookAnswer> {
    const { clock, metrics, logger: log } = this.#options
    const timeoutMs = options.timeoutMs ?? timeoutMsDefault
    const parents = [options.signal]
    using life = openScope({ parents, clock, timeoutMs, what: `the webhook ${path}` })
    const surroundings = { logger: withFields(log, { webhook: path }), signal: life.signal }
    const handler = this.#handlers.get(path)
    if (handler === undefined) {
      const onPanic = () => metrics.conversionPanics.inc()
      return await answerConversionReview(review, this.#conversions, { ...surroundings, onPanic })
    }
    const onPanic = () => metrics.panics.inc()
    const body = await answerAdmissionReview(review, handler, { ...surroundings, onPanic })
    return { code: 200, body }
  }
}
