import type { ModelError } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { TurnPromptSource } from '../plan/prompt-source.ts'
import { recallNotes } from '../notes/recall-notes.ts'
import { earlierTurns } from '../retrieval/earlier-turns.ts'
import { TurnIndexes } from '../retrieval/turn-indexes.ts'
import type { WordShelf } from '../retrieval/word-shelf.ts'
import type { TurnRetriever } from '../retrieval/turn-retriever.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import { newConversation } from '../turns/new-conversation.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import { checkRevision } from './check-revision.ts'
import { conversationNotFound, subjectErased } from './conversation-errors.ts'
import type { ConversationsOptions } from './conversations-options.ts'
import type {
  FollowedTurn,
  OpenTurn,
  PlanRequest,
  PlannedTurn,
  TurnCaller,
  TurnRequest,
} from './conversations.ts'
import { erasuresBefore } from './erasures-before.ts'
import { type EarlierUse, findReplay, mayNeedNoTurn } from './find-replay.ts'
import { createFlushQueue, type FlushQueue } from './flush-queue.ts'
import { createOpenTurn, earlierTurn, plannedTurn } from './open-turn.ts'
import { OutlineCache } from './outline-cache.ts'
import { TurnPlacer } from './place-turn.ts'
import { PlanFigures } from './plan-figures.ts'
import { draftTurn, prepareTurn, type PreparedTurn } from './prepare-turn.ts'
import { retrieveForTurn } from './retrieve-for-turn.ts'
import { NoteMaker } from './note-maker.ts'
import type { NoteOwner, NotesShelf } from './notes-shelf.ts'
import { SummaryMaker } from './summary-maker.ts'
import {
  noSummaries,
  type ShelvedSummaries,
  type SummaryShelf,
  summaryWork,
} from './summary-shelf.ts'
import { RecentConversations } from './recent-conversations.ts'
import { RunningTurns } from './running-turns.ts'
import { onChosenBranch } from './on-chosen-branch.ts'
import { withinDeadline } from './store-deadline.ts'
import type { TokenFigures } from './token-figures.ts'
import { basisTurns, earlierCalls, emptyBasis, type TurnBasis } from './turn-basis.ts'
import { turnAnswer } from './turn-answer.ts'
import { TurnEnds } from './turn-ends.ts'
import { TurnFollowers } from './turn-followers.ts'
import { TurnLine } from './turn-line.ts'
import { ConversationVectors } from './conversation-vectors.ts'
import { vectorComparison } from './vector-comparison.ts'
import { VectorMaker } from './vector-maker.ts'
import type { VectorShelf } from './vector-shelf.ts'
import type { TurnPlace } from './turn-places.ts'
import { checkConversationId, checkMayBeCreated, checkSubject } from './validate-conversation.ts'
import { WaitingCall } from './waiting-call.ts'

/** How often to look again at a running turn that no place is known of. */
const lockPollMs = 50

/** How plans name a conversation that does not exist yet and has no id of the caller's choice. */
const newConversationId = 'new'

/** Plans turns, opens them one at a time per conversation, and stores how they end. */
export class TurnRunner {
  readonly #settings: Required<ConversationsOptions>
  /** `settings.store` with a deadline on every operation. */
  readonly #store: TurnStore
  readonly #newId: NewId
  readonly #line: TurnLine
  readonly #running = new RunningTurns()
  readonly #followers: TurnFollowers
  readonly #ends: TurnEnds
  readonly #flushes: FlushQueue
  readonly #placer: TurnPlacer
  readonly #figures: TokenFigures
  readonly #planFigures: PlanFigures
  readonly #shelf: SummaryShelf
  readonly #summaries: SummaryMaker
  readonly #notesShelf: NotesShelf
  readonly #notes: NoteMaker
  readonly #indexes: TurnIndexes
  readonly #vectorShelf: VectorShelf
  readonly #vectors: ConversationVectors
  readonly #vectorMaker: VectorMaker
  readonly #recent = new RecentConversations()

  constructor(
    settings: Required<ConversationsOptions>,
    store: TurnStore,
    newId: NewId,
    {
      figures,
      notesShelf,
      shelf,
      vectorShelf,
      wordShelf,
    }: {
      readonly figures: TokenFigures
      readonly shelf: SummaryShelf
      readonly vectorShelf: VectorShelf
      readonly wordShelf: WordShelf
      readonly notesShelf: NotesShelf
    },
  ) {
    const { clock, logger, flushIntervalMs: intervalMs, planCounting } = settings
    this.#settings = settings
    this.#store = store
    this.#newId = newId
    this.#line = new TurnLine(settings)
    this.#placer = new TurnPlacer(store, new OutlineCache(store))
    this.#figures = figures
    this.#indexes = new TurnIndexes({ store, shelf: wordShelf, logger })
    this.#planFigures = new PlanFigures({ figures, store, planCounting, clock, logger })
    this.#shelf = shelf
    this.#summaries = new SummaryMaker({ store, shelf, figures, clock, logger })
    this.#vectorShelf = vectorShelf
    this.#vectors = new ConversationVectors(vectorShelf)
    this.#vectorMaker = new VectorMaker({
      store,
      shelf: vectorShelf,
      vectors: this.#vectors,
      indexes: this.#indexes,
      clock,
      logger,
    })
    this.#notesShelf = notesShelf
    this.#notes = new NoteMaker({ store, shelf: notesShelf, newId, clock, logger })
    this.#followers = new TurnFollowers(settings, store)
    this.#flushes = createFlushQueue({ store, clock, logger, intervalMs })
    this.#ends = new TurnEnds(settings, store, {
      running: this.#running,
      followers: this.#followers,
      flushes: this.#flushes,
    })
  }

  async plan(request: PlanRequest, options: { readonly exact: boolean }): Promise<PlannedTurn> {
    const { conversation: id = newConversationId } = request
    const turnRequest = { ...request, conversation: id }
    checkConversationId(id)
    const basis =
      request.conversation === undefined
        ? this.#unsaved(turnRequest)
        : await this.#load(turnRequest)
    checkRevision(turnRequest, basis)
    const { supersedes } = this.#earlier(turnRequest, basis)
    const place = { retried: supersedes }
    const { prompts } = await this.#prepare(turnRequest, basis, place, options)
    return plannedTurn(basis, prompts)
  }

  /** What needs no turn of its own is answered before a place is asked for. */
  async begin(asked: TurnRequest, caller: TurnCaller = {}): Promise<OpenTurn> {
    const request = { receivedMs: this.#settings.clock.monotonicMs(), ...asked }
    const call = new WaitingCall(request, caller, this.#settings.clock)
    call.throwIfEnded()
    checkConversationId(request.conversation)
    const known = mayNeedNoTurn(request) ? await this.#load(request) : undefined
    const answered = known && (await this.#answered(known, call, false))
    if (answered !== undefined) return answered
    const entering = this.#line.enter(call)
    // Asked for together, it is read once the place is given, which it is at once mostly.
    const isAsked = known === undefined && !this.#running.hasOneIn(request.conversation)
    const read = isAsked ? this.#load(request) : Promise.resolve(known)
    read.catch(() => {})
    const place = await entering
    try {
      return await this.#beginIn(place, call, read)
    } catch (error) {
      void place.leave()
      throw error
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
        : { joined: this.#followers.follow(tenant, turn, undefined) }
    return { turn, answer }
  }

  /** Refuses the calls that wait for their turn, and those that would have to. */
  refuseWaiting(error: ModelError): void {
    this.#line.refuse(error)
  }

  /** Forgets which turns of a subject are still to be read for notes. */
  dropNotes(owner: NoteOwner): void {
    this.#notes.drop(owner)
  }

  /** Writes the partial answers that are left, and gives up what is being made of turns that ended. */
  async close(): Promise<void> {
    this.#planFigures.close()
    await Promise.all([this.#summaries.close(), this.#vectorMaker.close(), this.#notes.close()])
    return this.#flushes.close()
  }

  /** `read` is the conversation when the place was asked for, if it was looked at. */
  async #beginIn(
    place: TurnPlace,
    call: WaitingCall,
    read: Promise<TurnBasis | undefined>,
  ): Promise<OpenTurn> {
    const { request } = call
    const isImmediate = place.state === 'granted'
    const known = isImmediate ? await read : undefined
    const { evicted } = await this.#line.wait(place, call)
    // Whatever was added meanwhile makes `append` fail; that a turn has ended does not.
    let basis = known !== undefined && !known.running ? known : await this.#load(request)
    let wasStored = known?.isStored === true
    for (;;) {
      // What was deleted while the call waited is not made anew by it.
      if (wasStored && !basis.isStored) throw conversationNotFound(request.conversation)
      wasStored = basis.isStored
      const answered = await this.#answered(basis, call, evicted)
      if (answered !== undefined) {
        void place.leave()
        return answered
      }
      call.throwIfEnded()
      const { running } = basis
      if (running === undefined) {
        const { supersedes } = this.#earlier(request, basis)
        const waited = { retried: supersedes, hasWaited: !isImmediate, signal: call.signal }
        const prepared = await this.#prepare(request, basis, waited)
        call.throwIfEnded()
        if (await this.#append(basis, prepared)) return this.#open(prepared, place, request)
      } else if (!(await this.#ends.endAbandoned(request.tenant, running, evicted))) {
        await call.pause(place, lockPollMs)
      }
      basis = await this.#load(request)
    }
  }

  /** Empty when the conversation does not exist but may be created. */
  async #load(request: TurnRequest): Promise<TurnBasis> {
    const { tenant, conversation: id, createIfMissing, isRetry, requestDigest: digest } = request
    const query = {
      pathMax: basisTurns,
      ...(request.branch === undefined ? {} : { branch: request.branch }),
      ...(request.idempotencyKey === undefined ? {} : { key: request.idempotencyKey }),
      ...(digest === undefined || isRetry !== true ? {} : { digest }),
    }
    const stored = await this.#store.basis(tenant, id, query)
    if (stored !== undefined) {
      const conversation = onChosenBranch(stored.conversation, request.branch)
      return { ...stored, conversation, isStored: true }
    }
    checkMayBeCreated(id, createIfMissing)
    const unsaved = this.#unsaved(request)
    const { subject, receivedMs } = request
    if (subject === undefined) return unsaved
    const call = { tenant, subject, receivedMs }
    const erasures = await erasuresBefore(this.#store, call, this.#settings.clock)
    return { ...unsaved, erasures }
  }

  #unsaved({ tenant, conversation: id, branch, chosen, subject }: TurnRequest): TurnBasis {
    const { storeName: store, clock } = this.#settings
    if (subject !== undefined) checkSubject(subject)
    const about = { ...chosen, ...(subject === undefined ? {} : { subject }) }
    const empty = newConversation({ id, tenant, store, nowMs: clock.now(), ...about })
    return emptyBasis(onChosenBranch(empty, branch))
  }

  async #prepare(
    request: TurnRequest,
    basis: TurnBasis,
    placing: {
      readonly retried: Turn | undefined
      readonly hasWaited?: boolean
      readonly signal?: AbortSignal | undefined
    },
    options?: { readonly exact: boolean },
  ): Promise<PreparedTurn> {
    const { conversation } = basis
    const { clock, logger } = this.#settings
    const newId = this.#newId
    const { retried, signal } = placing
    const summaries = await this.#summariesOf(request, basis)
    const recent = this.#recent.of(conversation)
    const place = await this.#placer.place(basis, request, { ...placing, recent, summaries })
    this.#recent.used(conversation, recent)
    const nowMs = clock.now()
    const work = summaryWork(summaries, nowMs)
    const draft = draftTurn({
      conversation,
      place,
      request,
      retried,
      newId,
      nowMs,
      memo: recent.memo,
      summaryWork: work,
    })
    const retrieved = await retrieveForTurn(this.#retrievers(request, conversation), draft, {
      clock,
      logger,
      signal,
    })
    const make = (countsFor: TurnPromptSource['countsFor']) =>
      prepareTurn(draft, { countsFor, retrieved })
    return this.#figures.fit(request.targets, make, options)
  }

  async #summariesOf(
    { strategy, tenant }: TurnRequest,
    { conversation, isStored }: TurnBasis,
  ): Promise<ShelvedSummaries> {
    if (!isStored) return noSummaries
    const { ccp, id } = conversation
    const summarises = strategy.history.mode === 'Summarize'
    const searches = strategy.retrieval !== undefined && strategy.retrieval.mode !== 'None'
    // Words and vectors, too, may be left of what was deleted.
    if (!summarises && !(searches && ccp.rewrites > 0)) return noSummaries
    const reading = this.#shelf.read(tenant, id)
    // Nobody waits for it: what it deletes is not used.
    void reading.then((found) =>
      this.#shelf.endAbandoned({ tenant, conversation: id }, found, this.#settings.clock.now()),
    )
    return summarises ? reading : noSummaries
  }

  /** What changes least comes first. */
  #retrievers(request: TurnRequest, { ccp }: Conversation): readonly TurnRetriever[] {
    const { memory } = request.strategy
    const { subject, tenant } = ccp
    const notes =
      memory === undefined || subject === null
        ? []
        : [
            recallNotes({
              settings: memory,
              subject,
              read: () => this.#notesShelf.read({ tenant, subject }),
            }),
          ]
    return [...notes, ...this.#earlierTurns(request), ...(request.retrievers ?? [])]
  }

  #earlierTurns({ conversation, models, strategy }: TurnRequest): readonly TurnRetriever[] {
    const { retrieval: settings = { mode: 'None' } } = strategy
    if (settings.mode === 'None') return []
    const { clock, logger } = this.#settings
    const store = this.#store
    const comparison =
      settings.mode === 'BM25'
        ? undefined
        : vectorComparison({
            model: settings.model,
            models,
            store,
            shelf: this.#vectorShelf,
            vectors: this.#vectors,
            clock,
            logger,
          })
    return [earlierTurns({ settings, store, indexes: this.#indexes, conversation, comparison })]
  }

  /** False when the conversation was changed meanwhile and has to be loaded again. */
  async #append({ isStored, erasures }: TurnBasis, prepared: PreparedTurn): Promise<boolean> {
    const { store, clock, deadlineMs } = this.#settings
    const { conversation, imported, turn, prompts } = prepared
    const { tenant } = conversation.ccp
    const expectedRevision = isStored ? conversation.ccp.revision - 1 : null
    const append = store.append({
      expectedRevision,
      conversation,
      turns: [...imported, turn],
      plan: prompts.first.plan,
      ...(erasures === undefined ? {} : { erasures }),
    })
    try {
      const outcome = await withinDeadline(clock, deadlineMs, () => append)
      if (outcome === 'erased') throw subjectErased()
      return outcome === 'stored'
    } catch (error) {
      this.#running.dropWhenStored(turn, append, (ended) => store.finish(tenant, ended))
      throw error
    }
  }

  #open(prepared: PreparedTurn, place: TurnPlace, request: TurnRequest): OpenTurn {
    const { asSent, conversation, leavesOutTheSame, turn, prompts } = prepared
    const { tenant } = conversation.ccp
    place.began(turn.id)
    this.#running.add(turn, place)
    this.#followers.begin(turn)
    return createOpenTurn({
      conversation,
      turn,
      prompts,
      newId: this.#newId,
      nowSeconds: () => this.#nowSeconds(),
      callerLeft: () => place.setAbandoned(true),
      putPartial: (output) => {
        this.#followers.grow(turn, output)
        this.#flushes.put({ tenant, conversation: conversation.id, turn: turn.id, output })
      },
      putPlan: (plan) => this.#ends.putPlan(tenant, plan),
      store: (ended, error) => this.#ends.finish(tenant, ended, error),
      stored: (ended, answering) => {
        this.#indexes.ended(conversation, ended)
        const prompt = answering ?? prompts.first
        const reportedTokens = answering === undefined ? undefined : ended.usage?.input_tokens
        this.#planFigures.count({ tenant, prompt, reportedTokens })
        this.#notes.turnEnded({ turn: ended, conversation, request })
        this.#summaries.turnEnded({ turn: ended, request, prompt, asSent, leavesOutTheSame })
        this.#vectorMaker.turnEnded({ conversation, turn: ended, request })
      },
    })
  }

  #earlier(request: TurnRequest, basis: TurnBasis): EarlierUse {
    return findReplay(earlierCalls(basis, request), request, this.#nowSeconds())
  }

  /** The answer to a call that was sent before; throws if it may not be answered at all. */
  async #answered(
    basis: TurnBasis,
    { request, signal }: WaitingCall,
    evicted: boolean,
  ): Promise<OpenTurn | undefined> {
    const { tenant } = request
    const { replay, joins } = this.#earlier(request, basis)
    if (replay !== undefined) {
      return earlierTurn(basis.conversation, replay, { stored: turnAnswer(replay) })
    }
    if (joins !== undefined && !(await this.#ends.endAbandoned(tenant, joins, evicted))) {
      const joined = this.#followers.follow(tenant, joins, signal)
      return earlierTurn(basis.conversation, joins, { joined })
    }
    checkRevision(request, basis)
    return undefined
  }

  #nowSeconds(): number {
    return Math.floor(this.#settings.clock.now() / 1000)
  }
}
