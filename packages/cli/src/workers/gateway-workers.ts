import { randomBytes } from 'node:crypto'
import type { Clock, Logger } from '@fairlead/base'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { AnswerSelection, GatewayReport, ReviewToken } from '@fairlead/gateway'
import type { StoreOwner } from '@fairlead/context'
import type { CounterOwner } from '@fairlead/usage'
import type { EvaluationOwner } from '../evaluations/evaluation-owner.ts'
import type { KnowledgeOwner } from '../knowledge/knowledge-owner.ts'
import type { FromWorker, ToWorker } from '../worker-messages/messages.ts'
import { AnswerOwner } from './answer-owner.ts'
import { ConfigurationSender } from './configuration-sender.ts'
import type { LedgerOwner } from './ledger-owner.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { ListeningSocket } from './listening-socket.ts'
import { PermitPool } from './permit-pool.ts'
import { RecentCallsOwner } from './recent-calls-owner.ts'
import { type ConfigurationSources, PublishedConfiguration } from './published-configuration.ts'
import { SummedMetrics } from './summed-metrics.ts'
import { TicketKeys } from './ticket-keys.ts'
import { answerTokenReview } from './token-reviews.ts'
import type { WorkerProcess } from './worker-process.ts'
import { type ConnectWorker, type WorkerLink, WorkerSlot } from './worker-slot.ts'

interface GatewayWorkersOptions {
  readonly socket: ListeningSocket
  readonly startProcess: () => WorkerProcess
  /** How many, whatever the LLMGateway says; undefined leaves it to `spec.workers`. */
  readonly workers: number | undefined
  /** How many if nobody says. */
  readonly defaultWorkers: number
  /** Metrics of this process; those of the workers are added to them in `metrics`. */
  readonly registry: Registry
  readonly clock: Clock
  readonly logger: Logger
}

interface WorkerSources extends ConfigurationSources {
  readonly stores: StoreOwner
  readonly ledger: LedgerOwner
  readonly counters: CounterOwner
  readonly knowledge: Pick<KnowledgeOwner, 'connect'>
  readonly evaluations: Pick<EvaluationOwner, 'connect'>
  readonly audit: Pick<AuditTrail, 'refused'>
  /** Asks Kubernetes whose a token is; undefined where there is none. */
  readonly reviewToken: ReviewToken | undefined
}

/**
 * The gateway processes of this machine, which share one socket. They load at once, and serve once
 * there is a configuration.
 */
export class GatewayWorkers {
  readonly metrics: SummedMetrics
  /** Resolves when the first worker listens; rejects if none can. */
  readonly listening: Promise<void>
  readonly #options: GatewayWorkersOptions
  readonly #listening = Promise.withResolvers<void>()
  readonly #connecting = Promise.withResolvers<ConnectWorker>()
  readonly #permits: PermitPool
  readonly #recentCalls: RecentCallsOwner
  readonly #answers: AnswerOwner
  readonly #ticketKeys: TicketKeys
  readonly #restarts: Counter
  readonly #senders = new Set<ConfigurationSender>()
  /** Workers that the configuration no longer asks for, until their calls have ended. */
  readonly #retired = new Set<WorkerSlot>()
  #stopped: Promise<void> | undefined
  #slots: readonly WorkerSlot[] = []
  #published: PublishedConfiguration | undefined
  #ledger: LedgerOwner | undefined
  #isFollowing = false
  #slotsChanged: (slots: readonly WorkerSlot[]) => void = () => {}

  constructor(options: GatewayWorkersOptions) {
    const { registry, clock, workers } = options
    this.#options = options
    this.listening = this.#listening.promise
    // Whoever waits for it is told; nobody may.
    this.listening.catch(() => {})
    this.metrics = new SummedMetrics(registry, clock)
    this.#permits = new PermitPool(clock)
    this.#recentCalls = new RecentCallsOwner(clock)
    this.#answers = new AnswerOwner(clock)
    this.#ticketKeys = new TicketKeys(clock, randomBytes)
    this.#restarts = this.#registerMetrics()
    this.#resize(workers ?? 1)
  }

  /** Where callers connect to; with https while the configuration says so. */
  get url(): string {
    const isSecured = this.#published?.current.snapshot?.gateway.listenerTls !== undefined
    return this.#options.socket.url.replace(/^http:/, isSecured ? 'https:' : 'http:')
  }

  /** The workers, whenever their number changes. */
  onSlots(listener: (slots: readonly WorkerSlot[]) => void): void {
    this.#slotsChanged = listener
    listener(this.#slots)
  }

  /** The ledger of all workers; undefined until there is something to serve. */
  get ledger(): LedgerOwner | undefined {
    return this.#ledger
  }

  /** Drops answers that CachePolicies keep. Returns how many those were. */
  purgeAnswers(selection: AnswerSelection): number {
    return this.#answers.purge(selection)
  }

  /** The hash of the configuration that some listening worker runs; empty if there is none. */
  configHash(): string {
    return this.#configured()[0]?.configHash ?? ''
  }

  /** Why no listening worker serves callers; undefined while some does, or none is configured. */
  notServed(): string | undefined {
    const reports = this.#configured()
    if (reports.some(({ notServed }) => notServed === undefined)) return undefined
    return reports[0]?.notServed
  }

  /** The reports of the listening workers that have a configuration. */
  #configured(): readonly GatewayReport[] {
    const reports = this.#slots.flatMap((slot) => (slot.isListening ? slot.report() : []))
    return reports.filter(({ configHash }) => configHash !== '')
  }

  /** Serves this configuration, and every later one. */
  begin({ snapshots, secrets, endpointPools, ...owners }: WorkerSources): void {
    const sources = { snapshots, secrets, endpointPools }
    const published = new PublishedConfiguration(sources, {
      snapshot: () => this.#follow(published),
      other: () => this.#followSoon(published),
    })
    this.#published = published
    this.#ledger = owners.ledger
    this.#connecting.resolve((send) => this.#connect(send, published, owners))
    this.#follow(published)
  }

  /** `stop` will follow: callers are told to connect elsewhere, and still served. */
  announceStop(): void {
    for (const slot of this.#slots) slot.announceStop()
  }

  /**
   * Takes no further connections; calls in flight may take `drainMs`, and connections without one are
   * kept for another call for `idleMs`. Resolves when all are gone.
   */
  stop(drainMs: number, idleMs = 0): Promise<void> {
    this.#stopped ??= this.#stop(drainMs, idleMs)
    return this.#stopped
  }

  async #stop(drainMs: number, idleMs: number): Promise<void> {
    this.#published?.stop()
    this.#ticketKeys.stop()
    this.#options.socket.close()
    await Promise.all([...this.#slots, ...this.#retired].map((slot) => slot.stop(drainMs, idleMs)))
  }

  /** A burst of changed Secrets or pools is followed once. */
  #followSoon(published: PublishedConfiguration): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    setImmediate(() => {
      this.#isFollowing = false
      if (this.#stopped === undefined) this.#follow(published)
    })
  }

  /** Applies what a configuration means for the processes, and hands it to them. */
  #follow({ current: { snapshot } }: PublishedConfiguration): void {
    if (snapshot === undefined) return
    const { workers, defaultWorkers } = this.#options
    const { gateway } = snapshot
    const count = workers ?? gateway.workers ?? defaultWorkers
    this.#permits.divide(gateway.limits.maxConcurrentRequests, count)
    for (const sender of this.#senders) sender.changed()
    this.#resize(count)
  }

  #resize(count: number): void {
    if (count === this.#slots.length) return
    const kept = this.#slots.slice(0, count)
    const added = Array.from({ length: count - kept.length }, (_, index) =>
      this.#startSlot(kept.length + index),
    )
    const surplus = this.#slots.slice(count)
    this.#slots = [...kept, ...added]
    this.#slotsChanged(this.#slots)
    for (const slot of surplus) this.#retire(slot)
  }

  /** Its calls may run to their own end: the configuration bounds how long they may take. */
  #retire(slot: WorkerSlot): void {
    const { requestTimeoutMs = 0 } = this.#published?.current.snapshot?.gateway.limits ?? {}
    this.#retired.add(slot)
    void slot.stop(requestTimeoutMs).then(() => this.#retired.delete(slot))
  }

  #startSlot(index: number): WorkerSlot {
    const { startProcess, clock, logger } = this.#options
    return new WorkerSlot({
      index,
      startProcess,
      connecting: this.#connecting.promise,
      clock,
      logger,
      onRestart: () => this.#restarts.inc(),
      onListening: () => this.#listening.resolve(),
      onFailure: (error) =>
        this.#listening.reject(Object.assign(error, { port: this.#options.socket.port })),
    })
  }

  #connect(
    send: (message: ToWorker) => void,
    published: PublishedConfiguration,
    {
      stores,
      ledger,
      counters,
      knowledge,
      evaluations,
      audit,
      reviewToken,
    }: Omit<WorkerSources, keyof ConfigurationSources>,
  ): WorkerLink {
    const sender = new ConfigurationSender(() => published.current, send)
    this.#senders.add(sender)
    sender.changed()
    const permits = this.#permits.join(send)
    const client = stores.connect((news) => send({ type: 'stores', news }))
    const metrics = this.metrics.join(send)
    const recentCalls = this.#recentCalls.join(send)
    const answers = this.#answers.join(send)
    const forgetKeys = this.#ticketKeys.join(send)
    const usage = ledger.join(send)
    const counting = counters.connect((news) => send({ type: 'counters', news }))
    const evaluating = evaluations.connect((news) => send({ type: 'evaluation', news }))
    const knowing = knowledge.connect((news) => send({ type: 'knowledge', news }))
    return {
      receive(message: FromWorker) {
        switch (message.type) {
          case 'configured':
            return sender.acknowledged()
          case 'permits-wanted':
            return permits.wants(message.needed)
          case 'permits-returned':
            return permits.returned(message.count, message.recalled)
          case 'stores':
            return client.receive(message.requests)
          case 'counters':
            return counting.receive(message.requests)
          case 'answers':
            return answers(message.requests)
          case 'ledger':
            return usage.receive(message.request)
          case 'knowledge':
            return knowing.receive(message.request)
          case 'evaluation':
            return evaluating.receive(message.reply)
          case 'calls-ended':
            return recentCalls.ended(message.calls, message.isAsked)
          case 'call-wanted':
            return recentCalls.wants(message.question, message.requestId, message.tenant)
          case 'requests-refused':
            return audit.refused(message.refused, message.suppressed)
          case 'token-review-wanted':
            return answerTokenReview(message, reviewToken, send)
          case 'metrics':
            return metrics.received(message.families)
          default:
            // The slot has taken the others.
            return undefined
        }
      },
      ended: () => {
        this.#senders.delete(sender)
        permits.left()
        forgetKeys()
        recentCalls.left()
        usage.left()
        counting.disconnected()
        knowing.left()
        evaluating.left()
        metrics.left()
        return client.disconnected()
      },
    }
  }

  #registerMetrics(): Counter {
    const { registry } = this.#options
    const listeningWorkers = () => this.#slots.filter((slot) => slot.isListening).length
    registry.registerMetric(
      new Gauge({
        name: 'fairlead_gateway_workers',
        help: 'Gateway processes that take calls.',
        registers: [],
        collect() {
          this.set(listeningWorkers())
        },
      }),
    )
    return new Counter({
      name: 'fairlead_gateway_worker_restarts_total',
      help: 'Gateway processes that died, or hung and were killed, and were replaced.',
      registers: [registry],
    })
  }
}
