import type { ModelError } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import { forgottenPlan } from '../plan/forgotten-plan.ts'
import type { FinishOutcome, TurnStore } from '../stores/turn-store.ts'
import { newConversation } from '../turns/new-conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import { checkRevision } from './check-revision.ts'
import { conversationLocked, turnEndedMeanwhile } from './conversation-errors.ts'
import type { ConversationsOptions } from './conversations-options.ts'
import type {
  EarlierAnswer,
  FollowedTurn,
  OpenTurn,
  PlanRequest,
  PreparedPrompt,
  TurnRequest,
} from './conversations.ts'
import { type EarlierUse, findReplay } from './find-replay.ts'
import type { FollowedAnswer } from './followed-answer.ts'
import { createFlushQueue, type FlushQueue } from './flush-queue.ts'
import { followStored } from './follow-stored.ts'
import { LiveAnswers } from './live-answers.ts'
import { createOpenTurn, earlierTurn, type EndedTurn } from './open-turn.ts'
import { OutlineCache } from './outline-cache.ts'
import { TurnPlacer } from './place-turn.ts'
import { PlanFigures } from './plan-figures.ts'
import { prepareTurn, type PreparedTurn } from './prepare-turn.ts'
import { RunningTurns } from './running-turns.ts'
import { onChosenBranch } from './on-chosen-branch.ts'
import { withinDeadline } from './store-deadline.ts'
import type { TokenFigures } from './token-figures.ts'
import { basisTurns, emptyBasis, type TurnBasis } from './turn-basis.ts'
import { turnAnswer } from './turn-answer.ts'
import { turnEnd, turnState } from './turn-state.ts'
import { checkConversationId, checkMayBeCreated, checkSubject } from './validate-conversation.ts'

/** How often to look again at a conversation whose running turn belongs to another process. */
const lockPollMs = 50

/** How often the stored output of a joined turn of another process is looked at. */
const joinedPollMs = 100

/** How plans name a conversation that does not exist yet and has no id of the caller's choice. */
const newConversationId = 'new'

/** Plans turns, opens them one at a time per conversation, and stores how they end. */
export class TurnRunner {
  readonly #settings: Required<ConversationsOptions>
  /** `settings.store` with a deadline on every operation. */
  readonly #store: TurnStore
  readonly #newId: NewId
  readonly #running: RunningTurns
  /** The answers of the turns that this process runs, by turn id. */
  readonly #live = new LiveAnswers()
  readonly #flushes: FlushQueue
  readonly #placer: TurnPlacer
  readonly #figures: TokenFigures
  readonly #planFigures: PlanFigures

  constructor(
    settings: Required<ConversationsOptions>,
    store: TurnStore,
    newId: NewId,
    figures: TokenFigures,
  ) {
    const { clock, logger, flushIntervalMs: intervalMs, onTurnEnd, planCounting } = settings
    this.#settings = settings
    this.#store = store
    this.#newId = newId
    this.#running = new RunningTurns(clock)
    this.#placer = new TurnPlacer(store, new OutlineCache(store))
    onTurnEnd((tenant, conversation) => this.#running.endedElsewhere(tenant, conversation))
    this.#figures = figures
    this.#planFigures = new PlanFigures({ figures, store, planCounting, clock, logger })
    this.#flushes = createFlushQueue({ store, clock, logger, intervalMs })
  }

  async plan(request: PlanRequest): Promise<PreparedPrompt> {
    const { conversation: id = newConversationId } = request
    const turnRequest = { ...request, conversation: id }
    const basis =
      request.conversation === undefined
        ? this.#unsaved(turnRequest)
        : await this.#load(turnRequest)
    checkRevision(turnRequest, basis)
    const { supersedes } = this.#earlier(turnRequest, basis)
    const exact = { exact: true }
    const { prompts } = await this.#prepare(turnRequest, basis, supersedes, exact)
    const { plan, items, tools } = prompts.first
    return { conversation: basis.conversation, plan, items, tools }
  }

  async begin(request: TurnRequest, signal?: AbortSignal): Promise<OpenTurn> {
    const { tenant, conversation: id } = request
    const { clock, lockWaitMs } = this.#settings
    const waitUntilMs = clock.monotonicMs() + lockWaitMs
    for (;;) {
      signal?.throwIfAborted()
      const basis = await this.#load(request)
      const { running } = basis
      const { replay, joins, supersedes } = this.#earlier(request, basis)
      if (replay !== undefined) {
        return this.#answerAsEarlier(basis, replay, { stored: turnAnswer(replay) })
      }
      if (joins !== undefined && !(await this.#endAbandoned(tenant, joins))) {
        return this.#answerAsEarlier(basis, joins, { joined: this.#follow(tenant, joins) })
      }
      if (joins !== undefined) continue
      checkRevision(request, basis)
      if (running === undefined) {
        const prepared = await this.#prepare(request, basis, supersedes)
        if (await this.#append(basis, prepared)) return this.#open(tenant, prepared)
      } else if (await this.#endAbandoned(tenant, running)) {
        continue
      }
      const leftMs = waitUntilMs - clock.monotonicMs()
      if (leftMs <= 0) throw conversationLocked(id)
      await this.#running.waitForEnd(tenant, id, Math.min(leftMs, lockPollMs), signal)
    }
  }

  /** A recorded plan, with the figures that it is about to get; undefined if there is none. */
  async recordedPlan(tenant: string, planId: string): Promise<ContextPlan | undefined> {
    await this.#planFigures.settled(planId)
    return this.#store.plan(tenant, planId)
  }

  /** A turn and its answer; undefined if there is no such turn. */
  async follow(tenant: string, id: string, turnId: string): Promise<FollowedTurn | undefined> {
    const turn = await this.#store.turn(tenant, id, turnId)
    if (turn === undefined) return undefined
    const answer =
      turn.status === 'completed'
        ? { stored: turnAnswer(turn) }
        : { joined: this.#follow(tenant, turn) }
    return { turn, answer }
  }

  /** Writes the partial answers that are left. */
  close(): Promise<void> {
    this.#planFigures.close()
    return this.#flushes.close()
  }

  /** Empty when the conversation does not exist but may be created. */
  async #load(request: TurnRequest): Promise<TurnBasis> {
    const { tenant, conversation: id, createIfMissing } = request
    checkConversationId(id)
    const query = {
      pathMax: basisTurns,
      ...(request.branch === undefined ? {} : { branch: request.branch }),
      ...(request.idempotencyKey === undefined ? {} : { key: request.idempotencyKey }),
      ...(request.requestDigest === undefined ? {} : { digest: request.requestDigest }),
    }
    const stored = await this.#store.basis(tenant, id, query)
    if (stored !== undefined) {
      const conversation = onChosenBranch(stored.conversation, request.branch)
      return { ...stored, conversation, isStored: true }
    }
    checkMayBeCreated(id, createIfMissing)
    return this.#unsaved(request)
  }

  #unsaved({ tenant, conversation: id, branch, subject }: TurnRequest): TurnBasis {
    const { storeName: store, clock } = this.#settings
    if (subject !== undefined) checkSubject(subject)
    const about = subject === undefined ? {} : { subject }
    const empty = newConversation({ id, tenant, store, nowMs: clock.now(), ...about })
    return emptyBasis(onChosenBranch(empty, branch))
  }

  async #prepare(
    request: TurnRequest,
    basis: TurnBasis,
    retried: Turn | undefined,
    options?: { readonly exact: boolean },
  ): Promise<PreparedTurn> {
    const { conversation } = basis
    const nowMs = this.#settings.clock.now()
    const newId = this.#newId
    const place = await this.#placer.place(basis, request, retried)
    return this.#figures.fit(
      request.targets,
      (countsFor) =>
        prepareTurn({ conversation, place, request, retried, newId, nowMs, countsFor }),
      options,
    )
  }

  /** False when the conversation was changed meanwhile and has to be loaded again. */
  async #append({ isStored }: TurnBasis, prepared: PreparedTurn): Promise<boolean> {
    const { store, clock, deadlineMs } = this.#settings
    const { conversation, imported, turn, prompts } = prepared
    const { tenant } = conversation.ccp
    const expectedRevision = isStored ? conversation.ccp.revision - 1 : null
    const append = store.append({
      expectedRevision,
      conversation,
      turns: [...imported, turn],
      plan: prompts.first.plan,
    })
    try {
      return (await withinDeadline(clock, deadlineMs, () => append)) === 'stored'
    } catch (error) {
      this.#running.dropWhenStored(tenant, turn, append, (ended) =>
        store.finish(tenant, { turn: ended }),
      )
      throw error
    }
  }

  #open(tenant: string, { conversation, turn, prompts }: PreparedTurn): OpenTurn {
    this.#running.add(tenant, turn)
    this.#live.begin(turn.id)
    return createOpenTurn({
      conversation,
      turn,
      prompts,
      newId: this.#newId,
      nowSeconds: () => this.#nowSeconds(),
      putPartial: (output) => {
        this.#live.grow(turn.id, output)
        this.#flushes.put({ tenant, conversation: conversation.id, turn: turn.id, output })
      },
      putPlan: (plan) => this.#putPlan(tenant, plan),
      store: (ended, error) => this.#finish(tenant, ended, error),
      stored: ({ usage }, answering) =>
        this.#planFigures.count({
          tenant,
          prompt: answering ?? prompts.first,
          reportedTokens: answering === undefined ? undefined : usage?.input_tokens,
        }),
    })
  }

  /** A plan that is not stored now is stored with the turn's end. */
  async #putPlan(tenant: string, plan: ContextPlan): Promise<void> {
    try {
      await this.#store.replacePlan(tenant, plan)
    } catch (error) {
      this.#settings.logger.warn({ err: error, plan: plan.id }, 'a plan was not stored')
    }
  }

  async #finish(tenant: string, change: EndedTurn, error: ModelError | undefined): Promise<void> {
    const { turn: ended } = change
    this.#flushes.drop(ended.id)
    try {
      await this.#storeEnd(tenant, change)
      this.#live.end(ended.id, turnEnd(ended, error))
    } catch (storeError) {
      this.#live.end(ended.id, { error: storeError as ModelError })
      throw storeError
    }
  }

  async #storeEnd(tenant: string, change: EndedTurn): Promise<void> {
    const { turn: ended } = change
    const { logger } = this.#settings
    const failed = 'the end of a turn was not stored'
    let outcome: FinishOutcome
    try {
      outcome = await this.#store.finish(tenant, change)
    } catch (error) {
      this.#running.endLater(tenant, { ...ended, unacknowledged: true })
      logger.error({ err: error, turn: ended.id }, failed)
      throw error
    }
    this.#running.end(tenant, ended)
    if (outcome !== 'ended') return
    const error = turnEndedMeanwhile(ended.conversation)
    logger.error({ err: error, turn: ended.id }, failed)
    throw error
  }

  /** Ends an abandoned turn. False when the turn may still be running. */
  async #endAbandoned(tenant: string, running: Turn): Promise<boolean> {
    const unstored = this.#running.unstoredEnd(running)
    if (unstored !== undefined) {
      await this.#store.finish(tenant, { turn: unstored })
      this.#running.end(tenant, unstored)
      return true
    }
    const { clock, abandonedAfterMs } = this.#settings
    const ageMs = clock.now() - running.created_at * 1000
    if (this.#running.has(running) || ageMs < abandonedAfterMs) return false
    const ended: Turn = { ...running, status: 'incomplete', completed_at: this.#nowSeconds() }
    await this.#store.finish(tenant, { turn: ended })
    return true
  }

  #earlier(request: TurnRequest, { conversation, keyed, repeated }: TurnBasis): EarlierUse {
    const calls = { keyed, repeated, head: conversation.ccp.head }
    return findReplay(calls, request, this.#nowSeconds())
  }

  async #answerAsEarlier(
    { conversation }: TurnBasis,
    turn: Turn,
    earlier: EarlierAnswer,
  ): Promise<OpenTurn> {
    const recorded = await this.#store.plan(conversation.ccp.tenant, turn.plan ?? '')
    const plan = recorded ?? forgottenPlan(turn)
    return earlierTurn({ conversation, plan, items: [], tools: [] }, turn, earlier)
  }

  #follow(tenant: string, { conversation, id }: Turn): FollowedAnswer {
    const here = this.#live.follow(id)
    if (here !== undefined) return here
    return followStored({
      read: async () => turnState(await this.#store.turn(tenant, conversation, id)),
      changed: (signal) => this.#running.waitForEnd(tenant, conversation, joinedPollMs, signal),
    })
  }

  #nowSeconds(): number {
    return Math.floor(this.#settings.clock.now() / 1000)
  }
}
