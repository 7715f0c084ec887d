import type { Clock, Timer } from '@fairlead/base'
import type { RequestedChange } from '@fairlead/apiserver'
import type { RefusedRequest } from '@fairlead/gateway'
import { group } from '@fairlead/api'
import type { AuditEvent, AuditSink, AuditTopic, ChangeEvent, RefusalEvent } from './audit-event.ts'

/** Events of one topic that are written in a second, at the most. */
const perSecondMax = 100
/** How often it is written that there were more. */
const summaryMs = 10_000

interface AuditTrailOptions {
  readonly sink: AuditSink
  readonly clock: Clock
}

/**
 * What was refused and who changed the configuration, in order, at a bounded rate: of a flood, the
 * first of each second are written, and the number of the others.
 */
export class AuditTrail {
  readonly #sink: AuditSink
  readonly #clock: Clock
  readonly #budgets: Readonly<Record<AuditTopic, Budget>> = {
    refusals: new Budget(),
    changes: new Budget(),
  }
  #enabled = true
  #summary: Timer | undefined

  constructor({ sink, clock }: AuditTrailOptions) {
    this.#sink = sink
    this.#clock = clock
  }

  /** Whether anything is written from now on. */
  enable(enabled: boolean): void {
    this.#enabled = enabled
  }

  /** Refusals of a worker, and by code the number of those that it has not told. */
  refused(
    requests: readonly RefusedRequest[],
    suppressed: Readonly<Record<string, number>> = {},
  ): void {
    for (const [code, count] of Object.entries(suppressed)) {
      this.#budgets.refusals.suppress(code, count)
    }
    this.#write(
      'refusals',
      requests.map((request) => [refusalEvent(request), request.code]),
    )
  }

  /** A change that the embedded API server has made for somebody; other kinds than ours are not kept. */
  requested(change: RequestedChange): void {
    const isOurs = change.group === group || (change.group === '' && change.kind === 'Secret')
    if (isOurs) this.changed(changeEvent(change, this.#now()))
  }

  changed(event: ChangeEvent): void {
    this.#write('changes', [[event, event.object]])
  }

  async close(): Promise<void> {
    this.#summarize()
    await this.#sink.close()
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }

  #write(topic: AuditTopic, events: readonly (readonly [AuditEvent, string])[]): void {
    if (!this.#enabled) return
    const budget = this.#budgets[topic]
    const second = Math.floor(this.#clock.monotonicMs() / 1000)
    const written = events.filter(([, what]) => budget.take(second, what)).map(([event]) => event)
    if (written.length > 0) this.#sink.write(topic, written)
    if (budget.hasSuppressed) {
      this.#summary ??= this.#clock.setTimer(summaryMs, () => this.#summarize())
    }
  }

  #summarize(): void {
    this.#summary?.cancel()
    this.#summary = undefined
    for (const topic of ['refusals', 'changes'] as const) {
      const codes = this.#budgets[topic].takeSuppressed()
      if (codes === undefined || !this.#enabled) continue
      const count = Object.values(codes).reduce((sum, one) => sum + one, 0)
      const of = topic === 'refusals' ? 'Refusal' : 'Change'
      this.#sink.write(topic, [{ time: this.#now(), kind: 'Suppressed', of, count, codes }])
    }
  }
}

/** What may be written in the present second, and what was not. */
class Budget {
  #second = 0
  #taken = 0
  #suppressed: Record<string, number> | undefined

  get hasSuppressed(): boolean {
    return this.#suppressed !== undefined
  }

  take(second: number, what: string): boolean {
    if (second !== this.#second) this.#taken = 0
    this.#second = second
    if (this.#taken >= perSecondMax) {
      this.suppress(what, 1)
      return false
    }
    this.#taken += 1
    return true
  }

  suppress(what: string, count: number): void {
    this.#suppressed ??= {}
    this.#suppressed[what] = (this.#suppressed[what] ?? 0) + count
  }

  takeSuppressed(): Readonly<Record<string, number>> | undefined {
    const suppressed = this.#suppressed
    this.#suppressed = undefined
    return suppressed
  }
}

function refusalEvent(request: RefusedRequest): RefusalEvent {
  const { requestId, status, code, consumer, endUser, keyName, address, method, path } = request
  const { atMs, model, route, refusedBy } = request
  return {
    time: new Date(atMs).toISOString(),
    kind: 'Refusal',
    requestId,
    status,
    code,
    ...(consumer === '' ? {} : { consumer }),
    ...(endUser === undefined ? {} : { endUser }),
    ...(keyName === undefined ? {} : { keyName }),
    ...(address === undefined ? {} : { address }),
    method,
    path,
    ...(model === '' ? {} : { model }),
    ...(route === '' ? {} : { route }),
    ...(refusedBy === undefined ? {} : { policy: refusedBy }),
  }
}

function changeEvent(change: RequestedChange, time: string): ChangeEvent {
  const { verb, kind: object, namespace, name, uid, generation, resourceVersion } = change
  return {
    time,
    kind: 'Change',
    verb,
    object,
    namespace,
    name,
    uid,
    ...(generation === undefined ? {} : { generation }),
    resourceVersion,
    user: change.user.name.slice(0, 256),
    groups: change.user.groups.slice(0, 16).map((one) => one.slice(0, 256)),
    fieldManager: change.fieldManager.slice(0, 256),
  }
}
