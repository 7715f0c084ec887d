import { invalidField, type Item, type ModelError } from '@fairlead/llm'
import type { Clock } from '@fairlead/base'
import type { ContextPlan } from '../plan/context-plan.ts'
import { inputTokens } from '../plan/count-tokens.ts'
import { countedTexts } from '../plan/counted-texts.ts'
import { WordShelf } from '../retrieval/word-shelf.ts'
import type { StoreRetention, TurnStore } from '../stores/turn-store.ts'
import { appendItems } from '../turns/append-items.ts'
import type { Conversation } from '../turns/conversation.ts'
import { keyedConversationId } from '../turns/keyed-conversation-id.ts'
import { newConversation } from '../turns/new-conversation.ts'
import type { Turn } from '../turns/turn.ts'
import { withTurns } from '../turns/with-turns.ts'
import { createIds, isOwnConversationId, type NewId } from '../turns/ulid.ts'
import { cancelTurn } from './cancel-turn.ts'
import { changeConversation, type ConversationReference } from './change-conversation.ts'
import { ConversationArchive } from './conversation-archive.ts'
import {
  conversationExists,
  conversationHeld,
  conversationNotFound,
  itemNotFound,
  planNotFound,
  revisionConflict,
  subjectErased,
  turnNotFound,
} from './conversation-errors.ts'
import { type ConversationsOptions, withDefaults } from './conversations-options.ts'
import type {
  Conversations,
  ConversationUpdate,
  CreateConversation,
  FollowedTurn,
  ItemPage,
  ItemPageRequest,
  OpenTurn,
  PlanRequest,
  PlannedTurn,
  StoredItem,
  TurnCaller,
  TurnRequest,
} from './conversations.ts'
import type { CountedInput, CountInputRequest } from './counted-input.ts'
import { NotesService } from './notes-service.ts'
import { NotesShelf } from './notes-shelf.ts'
import { eraseSubject, type SubjectErasure } from './erase-subject.ts'
import { erasuresBefore } from './erasures-before.ts'
import { AnswersService } from './answers-service.ts'
import { ExpirySweep } from './expiry-sweep.ts'
import { ItemChanges } from './item-changes.ts'
import { checkedPage } from './page-items.ts'
import {
  type ConversationList,
  type ConversationListRequest,
  listConversations,
} from './list-conversations.ts'
import { planOfResponse } from './plan-of-response.ts'
import { ResponsesService } from './responses-service.ts'
import { withDeadlines, withFactorDeadlines, withRecordDeadlines } from './store-deadline.ts'
import { SummaryShelf } from './summary-shelf.ts'
import { StoreHealth } from './store-health.ts'
import { TokenFigures } from './token-figures.ts'
import { TreeService } from './tree-service.ts'
import { TurnRunner } from './turn-runner.ts'
import { VectorShelf } from './vector-shelf.ts'
import { updateOf } from './update-conversation.ts'
import {
  checkConversationId,
  checkMetadata,
  checkRetention,
  checkSubject,
  checkVariables,
} from './validate-conversation.ts'

/** Conversations of one store. Call `close`: until then a timer deletes expired conversations. */
export function createConversations(options: ConversationsOptions): Conversations {
  return new ConversationsService(options)
}

class ConversationsService implements Conversations {
  readonly responses: ResponsesService
  readonly tree: TreeService
  readonly archive: ConversationArchive
  readonly answers: AnswersService
  readonly notes: NotesService
  readonly #settings: Required<ConversationsOptions>
  readonly #store: TurnStore
  readonly #storeName: string
  readonly #clock: Clock
  readonly #newId: NewId
  readonly #figures: TokenFigures
  readonly #turns: TurnRunner
  readonly #itemChanges: ItemChanges
  readonly #sweep: ExpirySweep | undefined
  readonly #health: StoreHealth

  constructor(options: ConversationsOptions) {
    const unwatched = withDefaults(options)
    const { clock, logger, storeName, deadlineMs } = unwatched
    this.#health = new StoreHealth(unwatched)
    const settings = { ...unwatched, store: this.#health.watch(unwatched.store) }
    this.#settings = settings
    this.#store = withDeadlines(settings.store, clock, deadlineMs)
    this.#storeName = storeName
    this.#clock = clock
    this.#newId = createIds(clock, settings.random)
    const { counter, store } = settings
    const factors = withFactorDeadlines(store.factors, clock, deadlineMs)
    this.#figures = new TokenFigures({ counter, factors, clock, logger })
    const records = withRecordDeadlines(store.records, clock, deadlineMs)
    const vectorShelf = new VectorShelf(records)
    const wordShelf = new WordShelf(records)
    const shelf = new SummaryShelf(records, logger, [vectorShelf, wordShelf])
    const notesShelf = new NotesShelf(
      { records, erasures: (tenant, subject) => this.#store.erasures(tenant, subject) },
      clock,
    )
    this.notes = new NotesService(notesShelf, this.#newId)
    this.#turns = new TurnRunner(settings, this.#store, this.#newId, {
      figures: this.#figures,
      shelf,
      vectorShelf,
      wordShelf,
      notesShelf,
    })
    this.#itemChanges = new ItemChanges({
      store: this.#store,
      shelf,
      clock,
      newId: this.#newId,
    })
    this.responses = new ResponsesService(settings, this.#newId)
    this.tree = new TreeService(this.#store)
    this.archive = new ConversationArchive({
      store: this.#store,
      storeName,
      clock,
      newId: this.#newId,
    })
    this.answers = new AnswersService(settings, this.#newId)
    if (!settings.sweepsExpired) return
    const { answers, responses } = this
    const expiring = {
      expire: () => this.#store.expire(),
      answers,
      responses,
      records,
      notes: notesShelf,
    }
    this.#sweep = new ExpirySweep(expiring, clock, logger)
  }

  async create(request: CreateConversation): Promise<Conversation> {
    const { items = [], key, receivedMs, ...chosen } = request
    checkMetadata(request.metadata ?? {})
    checkVariables(request.variables ?? {})
    if (request.subject !== undefined) checkSubject(request.subject)
    if (request.retention !== undefined) {
      checkRetention(request.retention, Math.floor(this.#clock.now() / 1000))
    }
    if (request.id !== undefined) checkConversationId(request.id)
    if (request.id !== undefined && isOwnConversationId(request.id)) {
      throw invalidField('id', 'ids of the form conv_ + ULID are assigned, not chosen.')
    }
    const { subject, tenant } = request
    const erasures =
      subject === undefined
        ? undefined
        : await erasuresBefore(this.#store, { tenant, subject, receivedMs }, this.#clock)
    const keyedId = key === undefined ? undefined : keyedConversationId(request.tenant, key)
    const id = keyedId ?? request.id ?? this.#newId('conv_')
    const nowMs = this.#clock.now()
    const empty = newConversation({ ...chosen, id, store: this.#storeName, nowMs })
    const turns = appendItems({
      conversation: empty,
      head: undefined,
      items,
      taken: new Set(),
      newId: this.#newId,
      atSeconds: empty.created_at,
    })
    const conversation = withTurns(empty, turns)
    const outcome = await this.#store.append({
      expectedRevision: null,
      conversation,
      turns,
      ...(erasures === undefined ? {} : { erasures }),
    })
    if (outcome === 'erased') throw subjectErased()
    if (keyedId !== undefined && outcome === 'conflict') return this.get(request.tenant, id)
    if (outcome !== 'stored') throw conversationExists(id)
    return conversation
  }

  async get(tenant: string, id: string): Promise<Conversation> {
    const conversation = await this.#store.conversation(tenant, id)
    if (conversation === undefined) throw conversationNotFound(id)
    return conversation
  }

  async remove(tenant: string, id: string, expectedRevision?: number): Promise<void> {
    const basis = await this.#store.basis(tenant, id, { pathMax: 0 })
    if (basis === undefined) throw conversationNotFound(id)
    const { conversation, running } = basis
    const { revision } = conversation.ccp
    if (expectedRevision !== undefined && revision !== expectedRevision) {
      throw revisionConflict(id, expectedRevision, revision)
    }
    const outcome = await this.#store.remove(tenant, id)
    if (outcome === 'held') throw conversationHeld(id)
    if (outcome === 'missing') throw conversationNotFound(id)
    if (running === undefined) return
    // Nothing will be kept of it.
    this.#settings.places.cancel(tenant, id, running.id).catch(() => {})
  }

  async items(tenant: string, id: string, page: ItemPageRequest): Promise<ItemPage> {
    const found = await this.#store.itemPage(tenant, id, checkedPage(page))
    if (found.outcome === 'missing') throw conversationNotFound(id)
    if (found.outcome === 'unknown-after') throw itemNotFound(page.after ?? '')
    return { items: found.entries, hasMore: found.hasMore }
  }

  async item(tenant: string, id: string, itemId: string): Promise<StoredItem> {
    const item = await this.#store.item(tenant, id, itemId)
    if (item !== undefined) return item
    await this.get(tenant, id)
    throw itemNotFound(itemId)
  }

  addItems(to: ConversationReference, items: readonly Item[]): Promise<readonly StoredItem[]> {
    return this.#itemChanges.add(to, items)
  }

  removeItem(from: ConversationReference, itemId: string): Promise<Conversation> {
    return this.#itemChanges.remove(from, itemId)
  }

  list(tenant: string, request: ConversationListRequest): Promise<ConversationList> {
    return listConversations(this.#store, tenant, request)
  }

  update(reference: ConversationReference, change: ConversationUpdate): Promise<Conversation> {
    const nowSeconds = Math.floor(this.#clock.now() / 1000)
    return changeConversation(this.#store, reference, (before) =>
      updateOf(before, change, nowSeconds),
    )
  }

  eraseSubject(tenant: string, subject: string): Promise<SubjectErasure> {
    this.#turns.dropNotes({ tenant, subject })
    return eraseSubject(this.#store, this.notes, { tenant, subject })
  }

  async planOfResponse(tenant: string, responseId: string): Promise<ContextPlan> {
    const response = await this.responses.get(tenant, responseId)
    return this.recordedPlan(tenant, await planOfResponse(this.#store, response))
  }

  async recordedPlan(tenant: string, planId: string): Promise<ContextPlan> {
    const plan = await this.#turns.recordedPlan(tenant, planId)
    if (plan === undefined) throw planNotFound(planId)
    return plan
  }

  plan(request: PlanRequest, options = { exact: true }): Promise<PlannedTurn> {
    return this.#turns.plan(request, options)
  }

  async countInput(request: CountInputRequest): Promise<CountedInput> {
    const { items, tools, model } = request
    const texts = countedTexts((count) => inputTokens(items, tools, model, count))
    const { count, countedBy } = await this.#figures.counts(request, texts)
    return { tokens: inputTokens(items, tools, model, count), counted_by: countedBy }
  }

  begin(request: TurnRequest, caller?: TurnCaller): Promise<OpenTurn> {
    return this.#turns.begin(request, caller)
  }

  cancelTurn(tenant: string, id: string, turn?: string): Promise<Turn> {
    return cancelTurn({ tenant, conversation: id, turn }, this.#store, this.#settings)
  }

  refuseWaiting(error: ModelError): void {
    this.#turns.refuseWaiting(error)
  }

  async follow(tenant: string, id: string, turn: string): Promise<FollowedTurn> {
    const followed = await this.#turns.follow(tenant, id, turn)
    if (followed !== undefined) return followed
    await this.get(tenant, id)
    throw turnNotFound(turn)
  }

  async recover(): Promise<number> {
    const turns = await this.#store.recover(Math.floor(this.#clock.now() / 1000))
    await this.answers.recover()
    return turns + (await this.responses.recover())
  }

  configure(retention: StoreRetention): Promise<void> {
    return this.#store.configure(retention)
  }

  async close(): Promise<void> {
    this.#health.stop()
    this.#sweep?.stop()
    await this.#turns.close()
    await this.#sweep?.ended()
    await this.#store.close()
  }
}
