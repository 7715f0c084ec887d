import { type Clock, type Logger, parseJson, type Timer, untilAborted } from '@fairlead/base'
import { ConditionCompiler } from '@fairlead/cel'
import { ModelError, type ModelResponse, type RequestEdits } from '@fairlead/llm'
import type { CachePolicySettings } from '@fairlead/snapshot'
import type { Registry } from 'prom-client'
import { storedAnswer } from '../../answer/stored-answer.ts'
import type { Call } from '../../call/call.ts'
import type { CacheNote } from '../../call/cache-note.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { CallOutcome, Permit } from '../call-policy.ts'
import { ExpressionFailures } from '../expression-failures.ts'
import { AnswerKeys } from './answer-key.ts'
import type { AnswerStore, KeptAnswer } from './answer-store.ts'
import { type CacheDirectives, readCacheDirectives } from './cache-directives.ts'
import { CacheMetrics } from './cache-metrics.ts'
import { Flights } from './flights.ts'
import { PreparedCaches } from './prepared-caches.ts'
import { RecordedAnswer } from './recorded-answer.ts'
import { whyNotCached } from './why-not-cached.ts'

interface CachingParts {
  readonly store: AnswerStore
  readonly registry: Registry
  readonly clock: Clock
  readonly logger: Pick<Logger, 'warn'>
}

/** What is kept of an answer. */
interface CachedAnswer {
  readonly response: ModelResponse
  /** What it has cost; absent where that is not known. */
  readonly costNanodollars?: number
}

/** A call that may be answered from the cache. */
interface CachedCall {
  readonly call: Call
  readonly policy: CachePolicySettings
  /** `namespace/name`. */
  readonly name: string
  readonly key: string
  readonly directives: CacheDirectives
}

/** How long a call waits for the answer to an equal one. */
const waitedMsMax = 30_000

const nothing: Permit = { settle: () => {} }

/**
 * CachePolicies: answers are given again to equal calls. What is kept is what the provider said,
 * before guards and whatever else changes answers: a call that gets it passes all of that itself, so
 * that a policy of later holds, and what a guard puts back is the call's own.
 */
export class AnswerCaching {
  readonly #store: AnswerStore
  readonly #clock: Clock
  readonly #metrics: CacheMetrics
  readonly #prepared: PreparedCaches
  readonly #keys = new AnswerKeys()
  readonly #flights = new Flights<KeptAnswer>()

  constructor({ clock, logger, registry, store }: CachingParts) {
    this.#store = store
    this.#clock = clock
    this.#metrics = new CacheMetrics(registry)
    const failures = new ExpressionFailures({
      count: (policy) => this.#metrics.expressionFailed(policy),
      logger,
      clock,
      message: 'cel of a CachePolicy could not be evaluated: the policy holds',
    })
    this.#prepared = new PreparedCaches(new ConditionCompiler(), (policy, failure) =>
      failures.note(policy, failure),
    )
  }

  /** A configuration is in force from now on. */
  configured({ snapshot }: Runtime): void {
    const { cachePolicies } = snapshot
    for (const policy of cachePolicies) this.#prepared.prepare(policy)
    this.#store.retain(cachePolicies.map(nameOf))
  }

  /**
   * Finds the answer of a call whose request is complete, or has it recorded. `edits` is what the
   * gateway adds to the request; undefined where that depends on who is asked. Throws `not_cached`
   * for a call that wants nothing else.
   */
  enter(call: Call, edits: RequestEdits | undefined): Permit | Promise<Permit> {
    const { earlier, http, routed, route, runtime } = call
    if (earlier !== undefined) return nothing
    const policy = this.#prepared.forCall(runtime.snapshot, { routed, route })
    if (policy === undefined) return nothing
    const name = nameOf(policy)
    const directives = readCacheDirectives(http.request.headers.get('cache-control'))
    const { key, reason } = directives.noStore
      ? { key: undefined, reason: 'no-store' }
      : this.#keyOf(call, edits, policy)
    if (key === undefined) {
      this.#note({ policy: name, result: 'bypass', reason }, call)
      if (directives.onlyIfCached) throw gatewayError.notCached()
      return nothing
    }
    return this.#find({ call, policy, name, key, directives })
  }

  async #find(cached: CachedCall): Promise<Permit> {
    const { call, directives, key } = cached
    if (directives.noCache) return this.#miss(cached, () => {})
    const kept = await this.#kept(cached)
    if (kept !== undefined) return this.#hit(kept, cached)
    if (directives.onlyIfCached) return this.#miss(cached, () => {})
    const flight = this.#flights.of(key)
    if (flight === undefined) return this.#miss(cached, this.#flights.begin(key))
    // Once only: calls whose answers are never kept must not be made one after another.
    const made = await call.record.waitFor(this.#landing(flight, call.signal))
    const later = made ?? (await this.#kept(cached))
    return later === undefined ? this.#miss(cached, () => {}) : this.#hit(later, cached)
  }

  /** What a flight comes to, if it does within its time. */
  async #landing(
    flight: Promise<KeptAnswer | undefined>,
    signal: AbortSignal,
  ): Promise<KeptAnswer | undefined> {
    let timer: Timer | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = this.#clock.setTimer(waitedMsMax, () => resolve(undefined))
    })
    try {
      return await untilAborted(Promise.race([flight, late]), signal)
    } finally {
      timer?.cancel()
    }
  }

  async #kept({ call, directives, key, name }: CachedCall): Promise<KeptAnswer | undefined> {
    const found = this.#store.get(name, key)
    const kept = found instanceof Promise ? await call.record.waitFor(found) : found
    if (kept === undefined) return undefined
    const { maxAgeMs = Infinity } = directives
    return this.#clock.now() - kept.storedAtMs > maxAgeMs ? undefined : kept
  }

  #hit({ storedAtMs, value }: KeptAnswer, { call, name }: CachedCall): Permit {
    const { record, request } = call
    const ageSeconds = Math.max(0, Math.floor((this.#clock.now() - storedAtMs) / 1000))
    this.#note({ policy: name, result: 'hit', ageSeconds }, call)
    // Unchecked: it is what was put there.
    const { costNanodollars, response } = parseJson(value) as CachedAnswer
    this.#metrics.saved(name, costNanodollars ?? 0)
    record.replay = 'stored'
    request.keepRepeated(call.dialect.passage)
    request.releaseFields()
    return { ...nothing, answer: storedAnswer(response, response.id, request.sent.stream) }
  }

  #miss(cached: CachedCall, landed: (answer: KeptAnswer | undefined) => void): Permit {
    const { call, directives, name, policy } = cached
    this.#note({ policy: name, result: 'miss' }, call)
    if (directives.onlyIfCached) throw gatewayError.notCached()
    let recording: RecordedAnswer | undefined
    return {
      recorder: {
        name: 'cache',
        takes: 'both',
        apply: (answer) =>
          (recording = new RecordedAnswer(answer, policy.cacheable.maxBytes, () =>
            // Who waits for it need not wait for its caller to have read it all.
            landed(undefined),
          )),
      },
      settle: (outcome) => landed(this.#keep(recording?.recorded, outcome, cached)),
    }
  }

  /** Keeps what was recorded of a call that has ended, if it is worth that. */
  #keep(
    response: ModelResponse | undefined,
    outcome: CallOutcome,
    { call, key, name, policy }: CachedCall,
  ): KeptAnswer | undefined {
    const { costNanodollars, errorCode, status } = outcome
    const { consumer } = call.caller
    if (response === undefined || errorCode !== undefined || status !== 200) return undefined
    if (!isComplete(response)) return undefined
    const cached = { response, ...(costNanodollars === undefined ? {} : { costNanodollars }) }
    const value = JSON.stringify(cached)
    const bytes = Buffer.byteLength(value)
    if (bytes > policy.cacheable.maxBytes) return undefined
    const kept = { value, storedAtMs: this.#clock.now() }
    this.#store.put(name, key, { ...kept, consumer, ttlMs: policy.ttlMs, bounds: policy.store })
    this.#metrics.kept(name, bytes)
    return kept
  }

  /** The key, or why there is none: also for what cannot be read, but may pass. */
  #keyOf(
    call: Call,
    edits: RequestEdits | undefined,
    policy: CachePolicySettings,
  ): { readonly key: string | undefined; readonly reason: string } {
    try {
      const reason = whyNotCached(call, edits, policy)
      if (reason !== undefined || edits === undefined) {
        return { key: undefined, reason: reason ?? 'request' }
      }
      return { key: this.#keys.of(call, edits, policy), reason: '' }
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof ModelError)) throw error
      return { key: undefined, reason: 'request' }
    }
  }

  #note(note: CacheNote, { record }: Call): void {
    record.cache = note
    this.#metrics.asked(note)
  }
}

/** Not those of answers that were cut or filtered. */
const completeReasons: ReadonlySet<string> = new Set(['stop', 'tool_calls'])

/** Whether an answer says all that it was to say. A reason in its extras is one like `pause_turn`. */
function isComplete({ endsOddly, extras, finishReason, output }: ModelResponse): boolean {
  const isOdd = endsOddly === true || extras?.fields['stop_reason'] !== undefined
  return completeReasons.has(finishReason) && !isOdd && output.length > 0
}

function nameOf({ name, namespace }: CachePolicySettings): string {
  return `${namespace}/${name}`
}
