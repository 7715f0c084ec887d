import { dollarsOf } from '@fairlead/usage'
import type { Registry } from 'prom-client'
import type { AnswerUse } from '../answer/answer-stream.ts'
import type { AttemptBodies } from '../assembly/attempt-bodies.ts'
import { callFirstHealthy } from '../attempts/call-first-healthy.ts'
import { readToEnd } from '../attempts/read-to-end.ts'
import type { AttemptOutcome } from '../call/attempt-record.ts'
import type { Call } from '../call/call.ts'
import { CallLifetime } from '../call/call-lifetime.ts'
import { CallRecord } from '../call/call-record.ts'
import { countSpending } from '../call/count-cost.ts'
import { settleCost } from '../call/settle-cost.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { Counter } from '../metrics/counter.ts'
import type { CallTarget } from '../routing/call-target.ts'

/** Copies under way at once in this process. Each holds its request's body. */
const runningMax = 16

/** `Dropped`: too many copies were under way. */
type MirrorOutcome = AttemptOutcome | 'Dropped'

/** Nobody waits for a copy's answer. */
const nobody = { onClose: () => {} }

/**
 * Copies calls to the mirrors of their routes. A copy has a deadline and a record of its own; its
 * answer is read to the end, measured and discarded. Whatever becomes of it, the caller does not
 * notice.
 */
export class Mirrors {
  readonly #running = new Set<CallLifetime>()
  readonly #calls: Counter<'provider' | 'outcome'>

  constructor(registry: Registry) {
    this.#calls = new Counter(registry, {
      name: 'fairlead_gateway_mirrored_calls_total',
      help: 'Copies of calls for mirrors, by provider and outcome.',
      labelNames: ['provider', 'outcome'],
    })
  }

  /** Copies a call whose own answer has begun, if its route has a mirror and the draw says so. */
  offer(assembled: AttemptBodies, call: Call): void {
    const { route, services } = call
    const { mirror } = route
    if (mirror === undefined || services.random() * 100 >= mirror.percent) return
    if (this.#running.size >= runningMax) return this.#count(mirror.target, 'Dropped')
    this.#copy(mirror.target, assembled, call).catch((error: unknown) => {
      const { requestId } = call.record
      services.logger.error({ requestId, err: error }, 'a copy of a call failed')
    })
  }

  /** Ends all copies under way. */
  stop(): void {
    for (const lifetime of this.#running) lifetime.cancel(gatewayError.shuttingDown())
  }

  async #copy(target: CallTarget, assembled: AttemptBodies, original: Call): Promise<void> {
    const { runtime, services } = original
    const { maxResponseBytes, requestTimeoutMs } = runtime.snapshot.gateway.limits
    // Answers are read as they come and not decoded.
    const unread: AnswerUse = {
      passes: true,
      needsEvents: false,
      heldBytesMax: maxResponseBytes,
    }
    const lifetime = new CallLifetime(nobody, services.clock, requestTimeoutMs)
    const record = new CallRecord(original.record.requestId, services.clock)
    record.operation = original.record.operation
    const call = copyOf(original, target, record, lifetime)
    this.#running.add(lifetime)
    runtime.acquire()
    try {
      const answer = await callFirstHealthy(assembled, () => unread, call)
      record.noteFirstByte()
      await readToEnd(answer, call)
    } catch {
      // What was thrown is for a caller. The record says what happened.
    } finally {
      const outcome = outcomeOf(call)
      settleCost(record)
      countSpending(record, runtime, services)
      for (const permit of call.attemptPermits) permit.settle(record.usage, true)
      lifetime.end()
      runtime.release()
      this.#running.delete(lifetime)
      this.#count(target, outcome)
      logCopy(call, target, outcome)
    }
  }

  #count(target: CallTarget, outcome: MirrorOutcome): void {
    this.#calls.labels({ provider: target.provider.key, outcome }).inc()
  }
}

/**
 * The same call for its mirror alone: tried once, and part of no conversation. Nothing is written to
 * its sink, which is the caller's.
 */
function copyOf(call: Call, target: CallTarget, record: CallRecord, lifetime: CallLifetime): Call {
  const { caller, dialect, http, request, route, routed, runtime, services, sink, table } = call
  const retry = { ...route.retry, attempts: 0 }
  return {
    http,
    record,
    dialect,
    runtime,
    table,
    services,
    lifetime,
    sink,
    caller,
    request,
    routed,
    route: { ...route, targets: [target], unfit: [], retry, mirror: undefined },
    // They count for the call itself.
    bodyBytes: undefined,
    readRequest: undefined,
    sentBody: undefined,
    guards: undefined,
    turn: undefined,
    conversation: undefined,
    found: undefined,
    citable: new Map(),
    searchCall: undefined,
    earlier: undefined,
    answer: undefined,
    goesOnAlone: false,
    response: undefined,
    answering: undefined,
    attemptPermits: [],
    claimed: undefined,
    get signal() {
      return lifetime.signal
    },
    end: () => lifetime.end(),
  }
}

/** As the attempt's record says, unless its answer did not end in time, or nobody was asked. */
function outcomeOf({ lifetime, record }: Call): AttemptOutcome {
  const outcome = record.attempts.at(-1)?.outcome ?? 'Unsupported'
  return outcome === 'Success' && lifetime.cancelled ? 'Aborted' : outcome
}

function logCopy({ record, route, services }: Call, target: CallTarget, outcome: string): void {
  const { costNanodollars, startedMs, firstByteMs, usage } = record
  const last = record.attempts.at(-1)
  const since = (atMs: number) => Math.round((atMs - startedMs) * 1000) / 1000
  services.logger.info(
    {
      requestId: record.requestId,
      route: route.label,
      mirror: {
        provider: target.provider.key,
        model: target.model,
        outcome,
        status: last?.status,
        reason: last?.reason,
        durationMs: since(services.clock.monotonicMs()),
        firstByteMs: firstByteMs === undefined ? undefined : since(firstByteMs),
        inputTokens: usage?.inputTokens,
        outputTokens: usage?.outputTokens,
        costUsd: costNanodollars === undefined ? undefined : dollarsOf(costNanodollars),
      },
    },
    'mirror',
  )
}
