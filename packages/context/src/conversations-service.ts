import type { ContextPlan, Conversation, Turn } from './conversation.ts'
import {
  conversationExists,
  conversationLocked,
  conversationNotFound,
  invalidField,
  itemNotFound,
  planNotFound,
  revisionConflict,
} from './conversation-errors.ts'
import type {
  Conversations,
  CreateConversation,
  ItemPage,
  ItemPageRequest,
  OpenTurn,
  PreparedPrompt,
  StoredItem,
  TurnRequest,
} from './conversations.ts'
import { type Clock, type Logger, silentLogger, systemClock, type Timer } from '@fairlead/base'
import { findReplay } from './find-replay.ts'
import { createFlushQueue, type FlushQueue } from './flush-queue.ts'
import { newConversation, seedTurns } from './new-conversation.ts'
import { createOpenTurn, replayedTurn } from './open-turn.ts'
import { listedItems, pageItems } from './page-items.ts'
import { bytesPerFour, type CountTokens } from './plan/count-tokens.ts'
import { forgottenPlan } from './plan/forgotten-plan.ts'
import { prepareTurn, type PreparedTurn } from './prepare-turn.ts'
import { RunningTurns } from './running-turns.ts'
import { withinDeadline } from './store-deadline.ts'
import type { ConversationStore, StoredConversation } from './stores/store.ts'
import { createIds, isOwnConversationId, type NewId } from './ulid.ts'
import {
  checkConversationId,
  checkMayBeMade,
  checkMetadata,
  checkVariables,
} from './validate-conversation.ts'

export interface ConversationsOptions {
  readonly store: ConversationStore
  /** What conversations call the store. The kind of store when left out. */
  readonly storeName?: string
  readonly clock?: Clock
  /** In [0, 1). */
  readonly random?: () => number
  readonly logger?: Logger
  /** Bytes divided by four when left out. */
  readonly countTokens?: CountTokens
  /** How plans name `countTokens`. */
  readonly countedBy?: string
  /** How long `begin` waits for a turn that is running. 2000 when left out. */
  readonly lockWaitMs?: number
  /** How long a store may take for one operation. 2000 when left out. */
  readonly deadlineMs?: number
  /** How often partial answers are written. 250 when left out. */
  readonly flushIntervalMs?: number
  /** After this a running turn that is not ours counts as left behind by a crash. 15 min when left out. */
  readonly abandonedAfterMs?: number
}

/** Between two looks at a conversation whose running turn belongs to another process. */
const lockPollMs = 50
const expireIntervalMs = 60_000
/** A metadata change is tried this often when turns are added meanwhile. */
const updateAttempts = 5

/** Conversations of one store. `close` must be called: until then a timer deletes what expires. */
export function createConversations(options: ConversationsOptions): Conversations {
  return new ConversationsService(options)
}

class ConversationsService implements Conversations {
  readonly #options: ConversationsOptions
  readonly #store: ConversationStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #newId: NewId
  readonly #deadlineMs: number
  readonly #running: RunningTurns
  readonly #flushes: FlushQueue
  #expireTimer: Timer | undefined
  #expiring: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: ConversationsOptions) {
    const { store, clock = systemClock, random = Math.random, logger = silentLogger } = options
    this.#options = options
    this.#store = store
    this.#clock = clock
    this.#logger = logger
    this.#newId = createIds(clock, random)
    this.#deadlineMs = options.deadlineMs ?? 2000
    this.#running = new RunningTurns(clock)
    this.#flushes = createFlushQueue({
      store,
      clock,
      logger,
      intervalMs: options.flushIntervalMs ?? 250,
      deadlineMs: this.#deadlineMs,
    })
    this.#scheduleExpiry()
  }

  async create(request: CreateConversation): Promise<Conversation> {
    checkMetadata(request.metadata ?? {})
    checkVariables(request.variables ?? {})
    if (request.id !== undefined) checkConversationId(request.id)
    if (request.id !== undefined && isOwnConversationId(request.id)) {
      throw invalidField('id', 'Ids of the form conv_ + ULID are given out, not chosen.')
    }
    const id = request.id ?? this.#newId('conv_')
    const empty = this.#empty(id, request)
    const turns = seedTurns(empty, request.items ?? [], this.#newId)
    const head = turns.at(-1)?.id ?? null
    const revision = turns.length === 0 ? 0 : 1
    const conversation = { ...empty, ccp: { ...empty.ccp, head, revision } }
    const outcome = await this.#ask(() =>
      this.#store.append({ expectedRevision: null, conversation, turns }),
    )
    if (outcome !== 'stored') throw conversationExists(id)
    return conversation
  }

  async get(tenant: string, id: string): Promise<Conversation> {
    return (await this.#loadExisting(tenant, id)).conversation
  }

  async remove(tenant: string, id: string): Promise<void> {
    if (!(await this.#ask(() => this.#store.remove(tenant, id)))) throw conversationNotFound(id)
  }

  async turns(tenant: string, id: string): Promise<readonly Turn[]> {
    return (await this.#loadExisting(tenant, id)).turns
  }

  async items(tenant: string, id: string, page: ItemPageRequest): Promise<ItemPage> {
    return pageItems(await this.turns(tenant, id), page)
  }

  async item(tenant: string, id: string, itemId: string): Promise<StoredItem> {
    const item = listedItems(await this.turns(tenant, id)).find((one) => one.id === itemId)
    if (item === undefined) throw itemNotFound(itemId)
    return item
  }

  async updateMetadata(
    tenant: string,
    id: string,
    metadata: Readonly<Record<string, string>>,
  ): Promise<Conversation> {
    checkMetadata(metadata)
    for (let attempt = 0; attempt < updateAttempts; attempt++) {
      const { conversation: before } = await this.#loadExisting(tenant, id)
      const expectedRevision = before.ccp.revision
      const ccp = { ...before.ccp, revision: expectedRevision + 1 }
      const conversation = { ...before, metadata, ccp }
      const outcome = await this.#ask(() =>
        this.#store.append({ expectedRevision, conversation, turns: [] }),
      )
      if (outcome === 'stored') return conversation
    }
    throw conversationLocked(id)
  }

  async recordedPlan(tenant: string, planId: string): Promise<ContextPlan> {
    const plan = await this.#ask(() => this.#store.plan(tenant, planId))
    if (plan === undefined) throw planNotFound(planId)
    return plan
  }

  async plan(request: TurnRequest): Promise<PreparedPrompt> {
    checkConversationId(request.conversation)
    const stored = await this.#loadForTurn(request)
    checkRevision(request, stored)
    const { supersedes } = findReplay(stored?.turns ?? [], request)
    const { plan, prompt } = this.#prepare(request, stored, supersedes)
    const conversation =
      stored?.conversation ?? this.#empty(request.conversation, { tenant: request.tenant })
    return { conversation, plan, items: prompt.items, tools: prompt.tools }
  }

  async begin(request: TurnRequest): Promise<OpenTurn> {
    checkConversationId(request.conversation)
    const { tenant, conversation: id, signal } = request
    const waitUntilMs = this.#clock.now() + (this.#options.lockWaitMs ?? 2000)
    for (;;) {
      signal.throwIfAborted()
      const stored = await this.#loadForTurn(request)
      const { replay, supersedes } = findReplay(stored?.turns ?? [], request)
      if (stored !== undefined && replay !== undefined) return this.#replay(stored, replay)
      checkRevision(request, stored)
      const running = stored?.turns.findLast((turn) => turn.status === 'in_progress')
      if (running === undefined) {
        const prepared = this.#prepare(request, stored, supersedes)
        if (await this.#append(stored, prepared)) return this.#open(tenant, prepared)
      } else if (await this.#endLeftBehind(tenant, running)) {
        continue
      }
      const leftMs = waitUntilMs - this.#clock.now()
      if (leftMs <= 0) throw conversationLocked(id)
      await this.#running.waitForEnd(tenant, id, Math.min(leftMs, lockPollMs), signal)
    }
  }

  async recover(): Promise<number> {
    return this.#ask(() => this.#store.recover(this.#nowSeconds()))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#expireTimer?.cancel()
    await this.#flushes.close()
    await this.#expiring
    await this.#store.close()
  }

  /** False when somebody else changed the conversation first: then it has to be read again. */
  async #append(stored: StoredConversation | undefined, prepared: PreparedTurn): Promise<boolean> {
    const { conversation, imported, turn, plan } = prepared
    const expectedRevision = stored === undefined ? null : conversation.ccp.revision - 1
    const turns = [...imported, turn]
    const append = this.#store.append({ expectedRevision, conversation, turns, plan })
    try {
      return (await this.#ask(() => append)) === 'stored'
    } catch (error) {
      this.#running.dropWhenStored(conversation.ccp.tenant, turn, append, (ended) =>
        this.#store.finish(conversation.ccp.tenant, ended),
      )
      throw error
    }
  }

  #open(tenant: string, { conversation, turn, plan, prompt }: PreparedTurn): OpenTurn {
    this.#running.add(tenant, turn)
    return createOpenTurn({
      prepared: { conversation, plan, items: prompt.items, tools: prompt.tools },
      turn,
      newId: this.#newId,
      nowSeconds: () => this.#nowSeconds(),
      putPartial: (output) =>
        this.#flushes.put({ tenant, conversation: conversation.id, turn: turn.id, output }),
      store: (ended) => this.#finish(tenant, ended),
    })
  }

  async #finish(tenant: string, ended: Turn): Promise<void> {
    this.#flushes.drop(ended.id)
    try {
      const outcome = await this.#ask(() => this.#store.finish(tenant, ended))
      if (outcome === 'ended') throw conversationLocked(ended.conversation)
      this.#running.end(tenant, ended)
    } catch (error) {
      this.#running.endLater(tenant, ended)
      this.#logger.error({ err: error, turn: ended.id }, 'the end of a turn was not stored')
      throw error
    }
  }

  /** Ends a turn that nobody will end. False when it may still be running. */
  async #endLeftBehind(tenant: string, running: Turn): Promise<boolean> {
    const unstored = this.#running.unstoredEnd(running)
    if (unstored !== undefined) {
      await this.#ask(() => this.#store.finish(tenant, unstored))
      this.#running.end(tenant, unstored)
      return true
    }
    const ageMs = this.#clock.now() - running.created_at * 1000
    if (this.#running.has(running) || ageMs < (this.#options.abandonedAfterMs ?? 900_000)) {
      return false
    }
    const ended: Turn = { ...running, status: 'incomplete', completed_at: this.#nowSeconds() }
    await this.#ask(() => this.#store.finish(tenant, ended))
    return true
  }

  async #replay({ conversation }: StoredConversation, replay: Turn): Promise<OpenTurn> {
    const planId = replay.plan ?? ''
    const recorded = await this.#ask(() => this.#store.plan(conversation.ccp.tenant, planId))
    const plan = recorded ?? forgottenPlan(replay)
    return replayedTurn({ conversation, plan, items: [], tools: [] }, replay)
  }

  #prepare(
    request: TurnRequest,
    stored: StoredConversation | undefined,
    supersedes: string | undefined,
  ): PreparedTurn {
    const conversation =
      stored?.conversation ?? this.#empty(request.conversation, { tenant: request.tenant })
    return prepareTurn({
      stored: { conversation, turns: stored?.turns ?? [] },
      request,
      supersedes,
      newId: this.#newId,
      nowMs: this.#clock.now(),
      countTokens: this.#options.countTokens ?? bytesPerFour,
      countedBy:
        this.#options.countedBy ?? (this.#options.countTokens === undefined ? 'bytes/4' : 'custom'),
    })
  }

  #empty(id: string, request: Omit<CreateConversation, 'id' | 'items'>): Conversation {
    return newConversation({
      id,
      request,
      store: this.#options.storeName ?? this.#store.name,
      nowMs: this.#clock.now(),
    })
  }

  async #loadForTurn(request: TurnRequest): Promise<StoredConversation | undefined> {
    const { tenant, conversation: id, createIfMissing } = request
    const stored = await this.#ask(() => this.#store.load(tenant, id))
    if (stored === undefined) checkMayBeMade(id, createIfMissing)
    return stored
  }

  async #loadExisting(tenant: string, id: string): Promise<StoredConversation> {
    const stored = await this.#ask(() => this.#store.load(tenant, id))
    if (stored === undefined) throw conversationNotFound(id)
    return stored
  }

  #ask<T>(work: () => Promise<T>): Promise<T> {
    return withinDeadline(this.#clock, this.#deadlineMs, work)
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1000)
  }

  #scheduleExpiry(): void {
    if (this.#closed) return
    this.#expireTimer = this.#clock.setTimer(expireIntervalMs, () => {
      this.#expiring = this.#expire()
    })
  }

  async #expire(): Promise<void> {
    try {
      const deleted = await this.#ask(() => this.#store.expire())
      if (deleted > 0) this.#logger.info({ deleted }, 'expired conversations were deleted')
    } catch (error) {
      this.#logger.warn({ err: error }, 'expired conversations were not deleted')
    }
    this.#scheduleExpiry()
  }
}

function checkRevision(request: TurnRequest, stored: StoredConversation | undefined): void {
  const { expectedRevision: expected, conversation: id } = request
  const actual = stored?.conversation.ccp.revision ?? 0
  if (expected !== undefined && expected !== actual) throw revisionConflict(id, expected, actual)
}
