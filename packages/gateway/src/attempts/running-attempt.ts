import { Cancellation, type CancellationListener } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import type { AnswerWatch } from '../call/answer-watch.ts'
import type { AttemptOutcome } from '../call/attempt-record.ts'
import type { Call } from '../call/call.ts'
import type { Credential } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { AttemptDeadlines, limitsOf } from './attempt-deadlines.ts'
import { failureEffects } from './failure-effects.ts'
import { noteFailure } from './note-failure.ts'

const silent = "no content within the call's time"

/**
 * One attempt from its start to the end of its answer: its limits of time, its place among those in
 * flight, its record, and what the provider's state learns from it. Cancelled when it must end.
 */
export class RunningAttempt extends Cancellation implements AnswerWatch, CancellationListener {
  readonly #target: CallTarget
  readonly #credential: Credential | undefined
  /**
   * Let go at the end: what outlives the call for a moment, such as the exchange that a connection
   * had last, would have the garbage collector keep and copy all of it.
   */
  #call: Call | undefined
  readonly #deadlines: AttemptDeadlines
  /** Its place in the call's record, once its outcome is known. */
  #place: number | undefined
  #status: number | undefined
  #providerRequestId: string | undefined

  constructor(target: CallTarget, credential: Credential | undefined, call: Call) {
    super()
    const { request, route, runtime, services } = call
    this.#target = target
    this.#credential = credential
    this.#call = call
    const { state, key } = target.provider
    const limits = limitsOf(route.timeouts, target, runtime, request.sent.stream)
    this.#deadlines = new AttemptDeadlines(services.clock, limits, key, (failure) =>
      this.cancel(failure),
    )
    const { startedMs } = this.#deadlines
    target.noteChosen(request.sent.stream, startedMs)
    state.claim(startedMs)
    credential?.state.claim()
    state.inFlight += 1
    call.lifetime.listen(this)
  }

  /** Content has come, or the model is thinking. */
  progressed(): void {
    this.#deadlines.progressed()
  }

  finished(): void {
    this.#deadlines.finished()
  }

  completed(): void {
    this.#target.provider.state.completed()
  }

  suspend(): void {
    this.#deadlines.suspend()
  }

  resume(): void {
    this.#deadlines.resume()
  }

  /** Its answer has begun; `providerRequestId` is what the provider calls it. */
  begun(status: number, providerRequestId: string | undefined): void {
    if (this.#call === undefined) return
    const { request, services } = this.#call
    const { state } = this.#target.provider
    this.#status = status
    this.#providerRequestId = providerRequestId
    const { startedMs } = this.#deadlines
    state.began(startedMs)
    this.#target.noteLatency(request.sent.stream, startedMs, services.clock.monotonicMs())
    this.#credential?.state.accepted(this.#target.model, startedMs)
    this.#note('Success', undefined)
  }

  /** It failed before its answer began. */
  failed(failure: UpstreamFailure): void {
    this.#status = failure.status
    this.#providerRequestId = failure.error.details?.requestId
    this.#note(failure.failure, failure.reason)
    if (!failure.wasStale) {
      noteFailure(failure, this.#target, this.#credential, this.#deadlines.startedMs)
    }
    this.#end()
  }

  /** Its answer broke off, with the error that the caller is told. */
  broke(error: ModelError, reason: string): void {
    const failure = error.failure ?? 'Cut'
    const { state } = this.#target.provider
    if (failureEffects[failure].provider === 'Failure') {
      state.failed(failure, reason, this.#deadlines.startedMs)
    }
    this.#note(failure, reason)
  }

  /** The call ended first: its caller left, or its time was up while the provider was silent. */
  onCancel(reason: Error): void {
    if (this.#place === undefined) {
      const isTimeUp = reason instanceof ModelError && reason.kind === 'timeout'
      this.#note(isTimeUp ? 'Timeout' : 'Aborted', reason.message)
      if (isTimeUp) this.#target.provider.state.failed('Timeout', silent, this.#deadlines.startedMs)
    }
    this.#end()
    this.cancel(reason)
  }

  #note(outcome: AttemptOutcome, reason: string | undefined): void {
    if (this.#call === undefined) return
    const { record, services } = this.#call
    const { name, provider, model } = this.#target
    const { startedMs } = this.#deadlines
    const entry = {
      target: name,
      provider: provider.key,
      providerType: provider.type.telemetryName,
      model,
      credential: this.#credential?.name,
      outcome,
      status: this.#status,
      providerRequestId: this.#providerRequestId,
      startedMs,
      durationMs: services.clock.monotonicMs() - startedMs,
      reason,
    }
    this.#place ??= record.attempts.length
    record.attempts[this.#place] = entry
  }

  #end(): void {
    const call = this.#call
    if (call === undefined) return
    this.#call = undefined
    this.#deadlines.stop()
    this.#target.provider.state.inFlight -= 1
    call.lifetime.unlisten(this)
  }
}
