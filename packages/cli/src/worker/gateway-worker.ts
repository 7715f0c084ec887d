import type { Clock, Logger } from '@fairlead/base'
import { createConversations, RemoteStores, type Conversations } from '@fairlead/context'
import {
  startGateway,
  type Gateway,
  type IdentityEnvironment,
  type TelemetryEnvironment,
} from '@fairlead/gateway'
import type { Embedder } from '@fairlead/retrieval'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import type { Registry } from 'prom-client'
import { newMetricsRegistry } from '../metrics-registry.ts'
import type { UncaughtErrorCount } from '../uncaught-errors.ts'
import type { EvaluationNews } from '../worker-messages/evaluation-messages.ts'
import type { FromWorker, MetricFamily, ToWorker } from '../worker-messages/messages.ts'
import { ConfigurationReceiver } from './configuration-receiver.ts'
import { PermitLease } from './permit-lease.ts'
import { RecentCallsSender } from './recent-calls-sender.ts'
import { RefusalSender } from './refusal-sender.ts'
import { RemoteAnswers } from './remote-answers.ts'
import { RemoteKnowledge } from './remote-knowledge.ts'
import { RemoteLedger } from './remote-ledger.ts'
import { TokenReviewAsker } from './token-review-asker.ts'
import { WorkerCounters } from './worker-counters.ts'

/** Calls wait for the worker that takes the place: long answers are cut. */
const giveUpDrainMs = 10_000

interface GatewayWorkerOptions {
  /** The bound socket that all workers share. */
  readonly fd: number
  /** Sends to the primary process; calls `sent` when the message has left. */
  readonly send: (message: FromWorker, sent?: () => void) => void
  readonly exit: (code: number) => void
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly logger: Logger
  readonly log: { readonly droppedLines: number }
  readonly telemetry: TelemetryEnvironment
  readonly identity: IdentityEnvironment
  readonly uncaughtErrors: UncaughtErrorCount
}

/** A gateway that gets everything but its calls from the primary process, by message. */
export class GatewayWorker {
  readonly #options: GatewayWorkerOptions
  readonly #registry: Registry
  readonly #configuration: ConfigurationReceiver
  readonly #permits: PermitLease
  readonly #stores: RemoteStores
  readonly #recentCalls: RecentCallsSender
  readonly #refusals: RefusalSender
  #ticketKeys: Uint8Array | undefined
  readonly #ledger: RemoteLedger
  readonly #counters: WorkerCounters
  readonly #answers: RemoteAnswers
  readonly #tokenReviews: TokenReviewAsker
  readonly #knowledge: RemoteKnowledge
  #gateway: Promise<Gateway> | undefined
  readonly #started = Promise.withResolvers<Gateway>()
  #isDraining = false

  constructor(options: GatewayWorkerOptions) {
    const { send, clock, logger } = options
    this.#options = options
    this.#registry = newMetricsRegistry(options)
    this.#configuration = new ConfigurationReceiver((error) =>
      logger.error({ error }, 'a listener failed'),
    )
    this.#permits = new PermitLease(send)
    this.#recentCalls = new RecentCallsSender(clock, send)
    this.#refusals = new RefusalSender(clock, send)
    const { snapshots, secrets } = this.#configuration
    this.#ledger = new RemoteLedger(clock, (request) => send({ type: 'ledger', request }))
    this.#counters = new WorkerCounters({ snapshots, secrets, clock, logger, send })
    this.#answers = new RemoteAnswers(clock, (requests) => send({ type: 'answers', requests }))
    this.#tokenReviews = new TokenReviewAsker(send)
    this.#knowledge = new RemoteKnowledge({
      send: (request) => send({ type: 'knowledge', request }),
      embedder: (model) => this.#embedder(model),
    })
    this.#stores = new RemoteStores({
      clock,
      send: (requests) => send({ type: 'stores', requests }),
    })
  }

  /** Tells the primary process that messages are read from now on. */
  loaded(): void {
    this.#options.send({ type: 'loaded' })
  }

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'configuration':
        this.#configuration.receive(message.change)
        return this.#options.send({ type: 'configured' })
      case 'start':
        return void this.#start()
      case 'stores':
        return this.#stores.receive(message.news)
      case 'counters':
        return this.#counters.receive(message.news)
      case 'answers':
        return this.#answers.receive(message.news)
      case 'ledger':
        return this.#ledger.receive(message.news)
      case 'knowledge':
        return this.#knowledge.receive(message.news)
      case 'evaluation':
        return void this.#evaluate(message.news)
      case 'permits-granted':
        return this.#permits.granted(message.count)
      case 'permits-recalled':
        return this.#permits.recalled()
      case 'permits-overdrawn':
        return this.#permits.overdrawn(message.overdrawn)
      case 'ticket-keys':
        return void this.#useTicketKeys(message.keys)
      case 'metrics-wanted':
        return void this.#sendMetrics()
      case 'calls-wanted':
        return this.#recentCalls.flush(true)
      case 'call-found':
        return this.#recentCalls.found(message.question, message.json)
      case 'token-reviewed':
        return this.#tokenReviews.answered(message.question, message.review)
      case 'announce-stop':
        return void this.#announceStop()
      case 'drain':
        return void this.#drain(message.timeoutMs, message.idleMs)
    }
  }

  /** Takes no further calls, lets those in flight finish, and exits, to be replaced. */
  giveUp(): void {
    void this.#drain(giveUpDrainMs)
  }

  async #start(): Promise<void> {
    const { fd, send, exit, clock, random, logger, telemetry, identity } = this.#options
    const { snapshots, secrets, endpointPools } = this.#configuration
    this.#gateway = startGateway({
      listen: { fd },
      snapshots,
      secrets,
      endpointPools,
      openStore: (settings, onAvailability) => this.#openConversations(settings, onAvailability),
      openCounters: this.#counters.open,
      answers: this.#answers,
      registry: this.#registry,
      allowance: this.#permits,
      recentCalls: this.#recentCalls,
      audit: this.#refusals,
      ledger: this.#ledger,
      knowledge: this.#knowledge,
      reviewToken: (token, audiences) => this.#tokenReviews.ask(token, audiences),
      telemetry,
      identity,
      logger,
      clock,
      random,
    })
    try {
      const gateway = await this.#gateway
      this.#started.resolve(gateway)
      if (this.#ticketKeys !== undefined) gateway.setTicketKeys(this.#ticketKeys)
      const report = () => send({ type: 'report', report: gateway.report() })
      gateway.onReportChange(report)
      report()
      send({ type: 'listening' })
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException
      send({ type: 'cannot-listen', code, message }, () => exit(1))
    }
  }

  async #openConversations(
    settings: ConversationStoreSettings | undefined,
    onAvailability: (problem: string | undefined) => void,
  ): Promise<Conversations> {
    const { clock, random, logger } = this.#options
    const store = await this.#stores.open(settings ?? null)
    return createConversations({
      store,
      storeName: settings?.name ?? store.type,
      clock,
      random,
      logger,
      counter: this.#stores.counter,
      sweepsExpired: false,
      places: store.places,
      onTurnEnd: (listener) => store.onTurnEnd(listener),
      planCounting: store,
      responseCancels: store.responses,
      onAvailability,
    })
  }

  async #embedder(model: string): Promise<Embedder> {
    const gateway = await this.#gateway
    if (gateway === undefined) throw new Error('the gateway has not started yet')
    return gateway.embedder(model)
  }

  async #evaluate({ asked, question }: EvaluationNews): Promise<void> {
    // One that cannot start exits, and another worker is asked.
    const gateway = await this.#started.promise
    const evaluated = await gateway.evaluateCase(asked)
    this.#options.send({ type: 'evaluation', reply: { question, evaluated } })
  }

  async #useTicketKeys(keys: Uint8Array): Promise<void> {
    this.#ticketKeys = keys
    // One that cannot start says so itself.
    const gateway = await this.#gateway?.catch(() => undefined)
    gateway?.setTicketKeys(keys)
  }

  async #sendMetrics(sent?: () => void): Promise<void> {
    const families = (await this.#registry.getMetricsAsJSON()) as unknown as MetricFamily[]
    this.#options.send({ type: 'metrics', families }, sent)
  }

  async #announceStop(): Promise<void> {
    const gateway = await this.#gateway?.catch(() => undefined)
    gateway?.announceStop()
  }

  /** The last metrics go before it: nothing that it counted is lost. */
  async #drain(timeoutMs: number, idleMs = 0): Promise<void> {
    const { exit, logger } = this.#options
    const isFirst = !this.#isDraining
    this.#isDraining = true
    try {
      // A second wish leaves less time: calls that the first would let run are ended.
      await (await this.#gateway)?.drain(timeoutMs, idleMs)
      this.#recentCalls.flush()
      this.#refusals.flush()
      this.#ledger.flush()
      if (isFirst) await this.#sendMetrics(() => exit(0))
    } catch (error) {
      logger.error({ error }, 'a gateway worker could not stop in order')
      exit(1)
    }
  }
}
