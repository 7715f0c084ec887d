import {
  Cancellation,
  type Clock,
  type Logger,
  readRetryAfterSeconds,
  sleep,
  type Timer,
} from '@fairlead/base'
import { EgressDenied } from '../upstream/egress-connector.ts'
import type { Transport } from '../upstream/exchange.ts'
import { collectBody } from '../upstream/collect-body.ts'
import { SpanQueue, type SpanChunk } from './span-queue.ts'
import type { SpanMetrics } from './span-metrics.ts'

const queuedBytesMax = 8 * 1024 * 1024
const batchLimit = { spans: 512, bytes: 2 * 1024 * 1024 }
/** How long the first span of a batch waits for others. */
const batchMs = 5_000
const requestMs = 10_000
const firstRetryMs = 1_000
const retryMsMax = 30_000
/** About two minutes; after that the batch is given up. */
const attemptsMax = 6
const answerBytesMax = 64 * 1024
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504])

interface SpanExporterOptions {
  readonly transport: Transport
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What stands before and behind the spans of a batch. */
  readonly envelope: readonly [before: string, after: string]
  readonly metrics: SpanMetrics
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly logger: Logger
}

/** What came of one request. */
type Delivery =
  | { readonly result: 'Accepted'; readonly rejected: number }
  | { readonly result: 'Refused'; readonly reason: string }
  | { readonly result: 'Unreachable'; readonly reason: string; readonly waitMs: number }

/**
 * Sends spans by OTLP/HTTP in JSON: in batches, one request at a time. What cannot be sent in time
 * or finds no room is dropped and counted; a call never waits for it.
 */
export class SpanExporter {
  readonly #options: SpanExporterOptions
  readonly #queue = new SpanQueue(queuedBytesMax)
  readonly #stop = new AbortController()
  readonly #fields: readonly string[]
  #timer: Timer | undefined
  #sending: Promise<void> | undefined
  #request: Cancellation | undefined
  #isFlushing = false
  /** Whether the last batch was delivered; its change is logged. */
  #isWell = true

  constructor(options: SpanExporterOptions) {
    this.#options = options
    this.#fields = ['content-type', 'application/json', ...options.headers.flat()]
  }

  add(chunk: SpanChunk): void {
    const { clock, metrics } = this.#options
    if (this.#isFlushing || !this.#queue.add(chunk)) {
      return metrics.dropped(this.#isFlushing ? 'Stopped' : 'QueueFull', chunk.spans)
    }
    if (this.#sending !== undefined) return
    if (this.#queue.spans >= batchLimit.spans) this.#send()
    else this.#timer ??= clock.setTimer(batchMs, () => this.#send())
  }

  /** Sends what waits, and gives up after `timeoutMs`. Nothing can be added any more. */
  async stop(timeoutMs: number): Promise<void> {
    const { clock, metrics } = this.#options
    if (this.#isFlushing) return this.#sending
    this.#isFlushing = true
    const deadline = clock.setTimer(timeoutMs, () => {
      const reason = new Error('the gateway stops')
      this.#stop.abort(reason)
      this.#request?.cancel(reason)
    })
    await this.#sending
    if (this.#queue.spans > 0 && !this.#stop.signal.aborted) this.#send()
    await this.#sending
    deadline.cancel()
    this.#timer?.cancel()
    if (this.#queue.spans > 0) metrics.dropped('Stopped', this.#queue.spans)
  }

  #send(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#sending ??= this.#sendBatches()
      .catch((error: unknown) => {
        this.#options.logger.error({ err: error }, 'spans cannot be sent')
      })
      .finally(() => {
        this.#sending = undefined
        if (this.#queue.spans > 0 && !this.#isFlushing) {
          this.#timer ??= this.#options.clock.setTimer(batchMs, () => this.#send())
        }
      })
  }

  /** All full batches; a batch that is not full waits for more. */
  async #sendBatches(): Promise<void> {
    do {
      const batch = this.#queue.take(batchLimit)
      if (batch === undefined) return
      await this.#deliver(batch)
    } while (
      !this.#stop.signal.aborted &&
      (this.#isFlushing || this.#queue.spans >= batchLimit.spans)
    )
  }

  async #deliver({ json, spans }: SpanChunk): Promise<void> {
    const { clock, envelope, metrics } = this.#options
    const body = Buffer.from(`${envelope[0]}${json}${envelope[1]}`)
    for (let attempt = 1; ; attempt += 1) {
      const delivery = await this.#post(body, attempt)
      if (delivery.result === 'Accepted') {
        metrics.exported(spans - delivery.rejected)
        if (delivery.rejected > 0) metrics.dropped('Refused', delivery.rejected)
        return this.#noteHealth(true, '')
      }
      this.#noteHealth(false, delivery.reason)
      const isLast = attempt === attemptsMax || this.#stop.signal.aborted
      if (delivery.result === 'Refused' || isLast) {
        return metrics.dropped(delivery.result, spans)
      }
      await sleep(clock, delivery.waitMs, this.#stop.signal).catch(() => {})
    }
  }

  async #post(body: Buffer, attempt: number): Promise<Delivery> {
    const { clock, path, random, transport } = this.#options
    const request = new Cancellation()
    this.#request = request
    const deadline = clock.setTimer(requestMs, () =>
      request.cancel(new Error(`no answer within ${requestMs} ms`)),
    )
    const backoffMs = Math.min(firstRetryMs * 2 ** (attempt - 1), retryMsMax) * (0.5 + random() / 2)
    try {
      const exchange = await transport.open({ path, headers: this.#fields, body }, request)
      const { status, headers } = exchange
      const { bytes, complete } = await collectBody(exchange, answerBytesMax)
      if (!complete) exchange.abort(new Error('the answer is too long'))
      if (status >= 200 && status < 300) return { result: 'Accepted', rejected: rejectedIn(bytes) }
      const reason = `it answers with status ${status}`
      if (!retryable.has(status)) return { result: 'Refused', reason }
      const told = { 'retry-after': headers.get('retry-after') }
      const toldMs = (readRetryAfterSeconds(told, clock.now()) ?? 0) * 1000
      const waitMs = Math.max(backoffMs, Math.min(toldMs, retryMsMax))
      return { result: 'Unreachable', reason, waitMs }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (error instanceof EgressDenied) return { result: 'Refused', reason }
      return { result: 'Unreachable', reason, waitMs: backoffMs }
    } finally {
      deadline.cancel()
    }
  }

  #noteHealth(isWell: boolean, reason: string): void {
    if (this.#isWell === isWell) return
    this.#isWell = isWell
    const { logger } = this.#options
    if (isWell) logger.info({}, 'the trace collector takes spans again')
    else logger.warn({ reason }, 'the trace collector does not take spans')
  }
}

/** How many spans the collector says that it has not taken. */
function rejectedIn(bytes: Buffer): number {
  if (bytes.length === 0) return 0
  try {
    const { partialSuccess } = JSON.parse(bytes.toString('utf8')) as {
      readonly partialSuccess?: { readonly rejectedSpans?: number | string } | null
    }
    const rejected = Number(partialSuccess?.rejectedSpans ?? 0)
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0
  } catch {
    // It answers in another format, but says by its status that it has taken them.
    return 0
  }
}
