import { type Clock, type Logger, silentLogger } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import type { TokenCounter } from '../tokens/token-counter.ts'
import { localTurnPlaces } from './local-turn-places.ts'
import type { TurnPlaces } from './turn-places.ts'

export interface ConversationsOptions {
  readonly store: ContextStore
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** What conversations call the store. Its type when left out. */
  readonly storeName?: string
  /** Silent when left out. */
  readonly logger?: Logger
  /** Counts tokens where it matters. Everything is estimated, by bytes / 4, when left out. */
  readonly counter?: TokenCounter
  /** How long the store may take for one operation. 2000 when left out. */
  readonly deadlineMs?: number
  /** How often partial answers are written. 250 when left out. */
  readonly flushIntervalMs?: number
  /** Whether expired conversations are deleted here. True when left out. */
  readonly sweepsExpired?: boolean
  /** Who may run a turn. Left out where no other process uses the store: then this one decides. */
  readonly places?: TurnPlaces
  /** Subscribes to the ends of turns that other processes run, for calls that have joined them. */
  readonly onTurnEnd?: (listener: (tenant: string, conversation: string) => void) => void
  /** How other processes are told which plans are being counted. They are not when left out. */
  readonly planCounting?: PlanCounting
  /** How responses that other processes run are cancelled. There are none when left out. */
  readonly responseCancels?: ResponseCancels
  /**
   * Told when the store fails, with a message for the operator, and with undefined when it works
   * again.
   */
  readonly onAvailability?: (problem: string | undefined) => void
  /** Age at which another process's running turn counts as abandoned. 15 min when left out. */
  readonly abandonedAfterMs?: number
}

/** Tells other processes of plans whose figures are being counted, so that readers wait for them. */
export interface PlanCounting {
  countingPlan(planId: string): void
  countedPlan(planId: string): void
}

const nobody: PlanCounting = { countingPlan() {}, countedPlan() {} }

/** How processes tell each other that a response is to end. */
export interface ResponseCancels {
  /** Tells the process that runs the response. */
  request(tenant: string, id: string): Promise<void>
  /** Calls the listener when a response that this process runs is to end. */
  onRequest(listener: (tenant: string, id: string) => void): void
}

const onlyHere: ResponseCancels = { request: async () => {}, onRequest: () => {} }

const noCounter: TokenCounter = { count: async () => undefined }

/** The options with every default applied. */
export function withDefaults(options: ConversationsOptions): Required<ConversationsOptions> {
  const { store, clock, random } = options
  return {
    store,
    clock,
    random,
    storeName: options.storeName ?? store.type,
    logger: options.logger ?? silentLogger,
    counter: options.counter ?? noCounter,
    deadlineMs: options.deadlineMs ?? 2000,
    flushIntervalMs: options.flushIntervalMs ?? 250,
    sweepsExpired: options.sweepsExpired ?? true,
    places: options.places ?? localTurnPlaces(clock),
    onTurnEnd: options.onTurnEnd ?? (() => {}),
    planCounting: options.planCounting ?? nobody,
    responseCancels: options.responseCancels ?? onlyHere,
    onAvailability: options.onAvailability ?? (() => {}),
    abandonedAfterMs: options.abandonedAfterMs ?? 900_000,
  }
}
