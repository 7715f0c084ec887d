import type {
  FinishReason,
  Item,
  ModelError,
  ModelResponse,
  ToolDefinition,
  Usage,
} from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { PromptRequest } from '../plan/prompt-source.ts'
import type { PromptTarget } from '../plan/prompt-target.ts'
import type { PromptTargets } from '../plan/turn-prompts.ts'
import type { StoreRetention } from '../stores/turn-store.ts'
import type { Conversation, ConversationRetention } from '../turns/conversation.ts'
import type { RetrievedBlock } from '../turns/retrieved-block.ts'
import type { Turn, TurnStatus } from '../turns/turn.ts'
import type { Answers } from './answers.ts'
import type { FollowedAnswer } from './followed-answer.ts'
import type { ConversationReference } from './change-conversation.ts'
import type { CountedInput, CountInputRequest } from './counted-input.ts'
import type { ConversationArchive } from './conversation-archive.ts'
import type { ContextModels } from './context-models.ts'
import type { ConversationTree } from './conversation-tree.ts'
import type { SubjectErasure } from './erase-subject.ts'
import type { ConversationList, ConversationListRequest } from './list-conversations.ts'
import type { NotesMade } from './note-maker.ts'
import type { Notes } from './notes.ts'
import type { Responses } from './responses.ts'
import type { ConcurrencyMode } from './turn-queue.ts'
import type { TurnRetriever } from '../retrieval/turn-retriever.ts'

/**
 * Conversations of one store, as the gateway uses them. Every method ends within its deadline:
 * a store that is slow or down is a ModelError of kind `unavailable` (503), never a lost turn.
 * An unknown id, and an id of another tenant, is a ModelError of kind `not-found`.
 */
export interface Conversations {
  /** The responses that are kept beside them. */
  readonly responses: Responses
  /** Their turns and branches. */
  readonly tree: ConversationTree
  /** Exports and imports. */
  readonly archive: Pick<ConversationArchive, 'export' | 'import'>
  /** The answers of calls that belong to none of them. */
  readonly answers: Answers
  /** What is remembered of their subjects. */
  readonly notes: Notes
  create(request: CreateConversation): Promise<Conversation>
  get(tenant: string, id: string): Promise<Conversation>
  /** Throws a ModelError 409 `legal_hold` for one that is held. */
  remove(tenant: string, id: string, expectedRevision?: number): Promise<void>
  items(tenant: string, id: string, page: ItemPageRequest): Promise<ItemPage>
  /** One item. An unknown id is a 404 `item_not_found`. */
  item(tenant: string, id: string, itemId: string): Promise<StoredItem>
  /**
   * Adds items at the end of the selected branch, as turns, without asking a model. While a turn is
   * running, a 400 `conversation_locked`. Returns them with their ids.
   */
  addItems(to: ConversationReference, items: readonly Item[]): Promise<readonly StoredItem[]>
  /**
   * Deletes an item wherever it stands: from the store, and from prompts from now on. A call whose
   * output is deleted, and the other way round, is repaired in prompts like any other broken pair. An unknown
   * id is a 404 `item_not_found`, one of a running turn a 400 `conversation_locked`; under a legal hold
   * it is a 409 `legal_hold`.
   */
  removeItem(from: ConversationReference, itemId: string): Promise<Conversation>
  /** Conversations of a tenant, by the time when they were created. */
  list(tenant: string, request: ConversationListRequest): Promise<ConversationList>
  /** Changes what is given. Errors beside those of wrong values are `changeConversation`'s. */
  update(conversation: ConversationReference, change: ConversationUpdate): Promise<Conversation>
  /**
   * Deletes all conversations of a subject, except those under a legal hold, and all its notes. Calls
   * that were on their way then make no conversation of it any more: a 410 `subject_erased`.
   */
  eraseSubject(tenant: string, subject: string): Promise<SubjectErasure>
  /** A recorded plan. Stores keep the newest of each conversation; others are a 404 `plan_not_found`. */
  recordedPlan(tenant: string, planId: string): Promise<ContextPlan>
  /** The recorded plan of the turn whose answer a kept response tells; 404 as `recordedPlan`. */
  planOfResponse(tenant: string, responseId: string): Promise<ContextPlan>
  /**
   * A dry run: the plan that `begin` would make. Stores nothing, whether or not the conversation
   * exists, and waits for nobody. `exact` (the default) counts all tokens of its figures; otherwise
   * they are as `begin` has them at first.
   */
  plan(request: PlanRequest, options?: { readonly exact: boolean }): Promise<PlannedTurn>
  /**
   * The tokens of messages and tools, counted as plans have them. Never rejects: where they cannot be
   * counted, they are estimated.
   */
  countInput(request: CountInputRequest): Promise<CountedInput>
  /**
   * Opens a turn: waits for its place while others run, as `request.onConcurrent` says (400
   * `conversation_locked` with the seconds after which to try again), makes the plan and stores the
   * turn `in_progress` before anything goes upstream. Only new input is stored: messages of the log
   * that the caller repeats are recognised and left out. Throws TurnCancelled for a call that was
   * cancelled before its turn was stored.
   */
  begin(request: TurnRequest, caller?: TurnCaller): Promise<OpenTurn>
  /**
   * Ends a turn as `cancelled`, with what came, in whatever process it runs, and returns it: the one
   * that is named, else the one that runs. When this resolves, the next turn may begin. A turn that
   * has ended is returned as it is; when none runs, the newest is. An unknown one is a 404
   * `turn_not_found`. Takes no longer than 3 s and the store's deadline.
   */
  cancelTurn(tenant: string, id: string, turn?: string): Promise<Turn>
  /** From now on, calls that have to wait for their turn are refused with this error. */
  refuseWaiting(error: ModelError): void
  /**
   * The answer of a turn: as it was, or as it comes. One that has ended without a whole answer gives
   * what there is of it, then an error. An unknown turn is a 404 `turn_not_found`.
   */
  follow(tenant: string, id: string, turn: string): Promise<FollowedTurn>
  /**
   * Marks turns that a crash left `in_progress` as `incomplete`, and such responses as `failed`. Call
   * it once, at startup. Returns how many.
   */
  recover(): Promise<number>
  /** Changes how long conversations and responses are kept, at once. */
  configure(retention: StoreRetention): Promise<void>
  close(): Promise<void>
}

export interface CreateConversation {
  readonly tenant: string
  /** An id of the caller's choice; `conv_` + ULID when left out. */
  readonly id?: string
  /**
   * An idempotency key, from which the id is made: the conversation that was created with it before
   * is given back unchanged.
   */
  readonly key?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly items?: readonly Item[]
  readonly persona?: string
  readonly strategy?: string
  readonly variables?: Readonly<Record<string, string>>
  readonly subject?: string
  /** When the call came that makes it, in monotonic milliseconds. Now when left out. */
  readonly receivedMs?: number
  readonly retention?: ConversationRetention
}

export interface ConversationUpdate {
  /** Replaces them all. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Sets each that is given; null deletes it. */
  readonly variables?: Readonly<Record<string, string | null>>
  readonly retention?: Partial<ConversationRetention>
}

export interface ItemPageRequest {
  /** 1 to 100; 20 when left out. */
  readonly limit?: number
  /** `desc` (newest first) when left out, as OpenAI does. */
  readonly order?: 'asc' | 'desc'
  /** Item id to continue after. */
  readonly after?: string
}

export type StoredItem = Item & { readonly id: string }

export interface ItemPage {
  readonly items: readonly StoredItem[]
  readonly hasMore: boolean
}

export interface TurnRequest extends PromptRequest {
  readonly tenant: string
  /** The model that the turn is stored with. */
  readonly model: string
  /** Who may be asked, in the order in which they probably are. */
  readonly targets: PromptTargets
  readonly conversation: string
  /** Whether a conversation that does not exist is created (for ids that the caller chose). */
  readonly createIfMissing: boolean
  /** What the caller sent: new input, possibly preceded by repeated messages. */
  readonly input: readonly Item[]
  /** Whether all of it is new, whatever the log has. False when left out. */
  readonly isNewInput?: boolean
  readonly variables?: Readonly<Record<string, string>>
  /** The branch that the turn continues and that is then the selected one. The selected one when left out. */
  readonly branch?: string
  /** Id of the turn whose question is asked again, or `last` for the newest of the branch. */
  readonly regenerate?: string
  /** Id of the turn, or `last`, whose place the new input takes. */
  readonly edit?: string
  /** The subject of a conversation that the turn creates. */
  readonly subject?: string
  /** What a conversation that the turn creates keeps for its later turns. */
  readonly chosen?: Pick<CreateConversation, 'persona' | 'strategy'>
  /** The models by which its history may be summarised and searched, and notes made. None when left out. */
  readonly models?: ContextModels
  /** Told what came of reading the turn for notes, if its strategy wants that; must not throw. */
  readonly onNotesMade?: (made: NotesMade) => void
  readonly expectedRevision?: number
  readonly idempotencyKey?: string
  readonly requestDigest?: string
  /** Whether the caller's SDK says that it sends the request again. */
  readonly isRetry?: boolean
  /** Id of the kept response that will tell the turn's answer. */
  readonly response?: string
  /** What it does when another turn runs. Waits for 30 s when left out. */
  readonly onConcurrent?: Concurrency
  /** Who looks for what matters to it, in the order of their blocks. None when left out. */
  readonly retrievers?: readonly TurnRetriever[]
  /** Size of what its caller holds while it waits. 0 when left out. */
  readonly bytes?: number
  /** When the call came, in monotonic milliseconds. Now when left out. */
  readonly receivedMs?: number
}

export interface Concurrency {
  /**
   * Queue: it waits for the turns that came before it; Interrupt: the running turn is cancelled, and
   * it runs before those that queue; Reject: it is refused.
   */
  readonly mode: ConcurrencyMode
  /** How long it waits for its place. */
  readonly maxWaitMs: number
}

/** Whoever begins a turn. */
export interface TurnCaller {
  /** Ends the wait for the turn, and that it follows the turn of an earlier call. */
  readonly signal?: AbortSignal
  /**
   * Called at most once, when the turn is to end, also before it is open: the caller has to stop
   * what it does for it, and to `finish` it.
   */
  readonly cancel?: (error: ModelError) => void
  /** Told what is waited for, when others hold the call up. */
  readonly waiting?: (wait: Promise<void>) => Promise<void>
}

/** A turn that is only planned; undefined plans the first turn of a new conversation, named `new`. */
export type PlanRequest = Omit<TurnRequest, 'conversation'> & {
  readonly conversation: string | undefined
}

/** A turn that is only planned, with the conversation as it is. */
export interface PlannedTurn extends PreparedPrompt, Pick<OpenTurn, 'promptFor' | 'accountAt'> {
  /** Whether the conversation exists. */
  readonly isStored: boolean
  /** What was retrieved for it, as the prompt has it; undefined where nothing was looked for. */
  readonly retrieved: RetrievedBlock | undefined
}

/** The prompt for one attempt: what the model is sent and why. */
export interface PreparedPrompt {
  readonly conversation: Conversation
  readonly plan: ContextPlan
  /** Persona, history and new input, in the order of assembly. */
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
}

export interface OpenTurn extends PreparedPrompt {
  readonly turn: Turn
  /**
   * Set when the request was sent before: `turn` is then the turn of the earlier call. Nothing was
   * stored and no model must be called. Of `plan` only the id counts; `items` and `tools` are empty;
   * `flush` and `answering` do nothing and `finish` returns the turn.
   */
  readonly earlier?: EarlierAnswer
  /**
   * The prompt for a target that is about to be asked, at the attempt of this number; the plan's id
   * stays. Throws a ModelError 400 `context_length_exceeded` when the target's window is too small.
   */
  promptFor(target: PromptTarget, attempt: number): PreparedPrompt
  /**
   * The account of a provider, as `PromptTarget` has it, that can read the newest seals of the history
   * which are the provider's: asking with it keeps them. Undefined if there are none.
   */
  accountAt(provider: string): string | undefined
  /**
   * Says that a target's answer has begun. Resolves when the plan that is stored is that of its
   * prompt: only then may the caller be told. Never rejects: a plan that cannot be stored now is
   * stored at the turn's end.
   */
  answering(target: PromptTarget, attempt: number): Promise<void>
  /**
   * Hands over the answer so far. It is written at intervals, so that a cut answer survives a crash.
   * Never blocks and never throws.
   */
  flush(output: readonly Item[]): void
  /**
   * The caller has left, and the turn goes on: it gives way to the next one of the conversation, as
   * soon as nobody else listens to it.
   */
  callerLeft(): void
  /** Ends the turn. Resolves when it is stored: only then may the caller see the end of the answer. */
  finish(end: TurnEnd): Promise<Turn>
}

/** A turn, and how its answer is followed. */
export interface FollowedTurn {
  readonly turn: Turn
  readonly answer: EarlierAnswer
}

/** The answer of an earlier call: the whole one, or one that is still being made. */
export type EarlierAnswer = { readonly stored: ModelResponse } | { readonly joined: FollowedAnswer }

export interface TurnEnd {
  readonly status: Exclude<TurnStatus, 'in_progress'>
  readonly output: readonly Item[]
  readonly usage: Usage | undefined
  readonly model: string
  /** Why the model stopped; left out where it did not come to its end. */
  readonly finishReason?: FinishReason
  readonly error?: ModelError
}
