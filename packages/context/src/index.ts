export {
  protocolVersion,
  type Conversation,
  type ConversationRetention,
  type EpochState,
  type PinnedPersona,
} from './turns/conversation.ts'
export type { Turn, TurnAnswerer, TurnStatus, TurnUsage } from './turns/turn.ts'
export { quotedValue, quoteSources, type QuotedSource } from './turns/quote-sources.ts'
export { passageKey } from './turns/retrieved-block.ts'
export type { RetrievalProblem, RetrievedBlock, RetrievedPassage } from './turns/retrieved-block.ts'
export type { ToolRepair } from './turns/pair-tool-calls.ts'
export { createIds, isOwnConversationId, type NewId } from './turns/ulid.ts'
export { historyModes, type HistorySettings } from './strategies/strategies.ts'
export type {
  ContextPlan,
  OmittedSeal,
  PlanAttempt,
  PlanDecision,
  PlanSegment,
  SealProblem,
} from './plan/context-plan.ts'
export { estimateInput, type CountedBy } from './plan/count-tokens.ts'
export type { ItemRefusal, RefuseItem } from './plan/left-out-items.ts'
export { mergeTools } from './plan/merge-tools.ts'
export type { PersonaInput } from './plan/persona-input.ts'
export type { PromptRequest } from './plan/prompt-source.ts'
export type { PromptTarget } from './plan/prompt-target.ts'
export type { PromptTargets } from './plan/turn-prompts.ts'
export {
  responsePrompt,
  sealingAccountOf,
  withoutKeptSeals,
  type AnswerOrigin,
  type ResponsePrompt,
  type ResponsePromptPart,
} from './plan/response-prompt.ts'
export { renderPersona } from './plan/render-persona.ts'
export { renderTemplate } from './plan/render-template.ts'
export type { StrategyInput } from './plan/strategy-input.ts'
export { type EncryptionKeys, openEncrypted, refuseEncrypted } from './encryption/open-encrypted.ts'
export { createMemoryStore, type MemoryStoreOptions } from './stores/memory/memory-store.ts'
export { openConversationStore, type StoreParts } from './stores/open-conversation-store.ts'
export { createRedisStore, type RedisStoreOptions } from './stores/redis/redis-store.ts'
export { createPostgresStore, type PostgresStoreOptions } from './stores/postgres/postgres-store.ts'
export { createSqliteStore, type SqliteStoreOptions } from './stores/sqlite/sqlite-store.ts'
export { conversationStoreTypes } from './stores/store-types.ts'
export type { StoreSettings, StoreType } from './stores/store-type.ts'
export type { FactorStore } from './stores/factor-store.ts'
export type { ContextStore } from './stores/context-store.ts'
export {
  hasEnded,
  type KeptResponse,
  type ResponseError,
  type ResponseStatus,
} from './stores/kept-response.ts'
export type { ResponseFrames } from './stores/response-store.ts'
export type { TurnStore } from './stores/turn-store.ts'
export { ThreadCounter } from './counting/thread-counter.ts'
export { imageTokensMax } from './tokens/image-rules.ts'
export type { CountRequest, TokenCounter } from './tokens/token-counter.ts'
export { RemoteStores, type RemoteStoresOptions } from './remote/remote-stores.ts'
export type { RemoteTurnStore } from './remote/remote-turn-store.ts'
export type { StoreNews, StoreRequest } from './remote/store-messages.ts'
export { RenewedStore } from './remote/renewed-store.ts'
export { exportStore } from './moving/export-store.ts'
export { importStore, type ImportResult, type ImportState } from './moving/import-store.ts'
export { migrateStore, type MigrationResult, type MigrationState } from './moving/migrate-store.ts'
export type { ConversationSelection } from './moving/select-conversations.ts'
export type { ConversationName } from './moving/stored-part.ts'
export type { OwnedStore } from './remote/owned-store.ts'
export { StoreOwner, type StoreClient, type StoreOwnerOptions } from './remote/store-owner.ts'
export type { ConversationsOptions } from './service/conversations-options.ts'
export { TurnCancelled } from './service/conversation-errors.ts'
export type { ConcurrencyMode } from './service/turn-queue.ts'
export { createConversations } from './service/conversations-service.ts'
export type { ContextModels } from './service/context-models.ts'
export type { Note } from './notes/note.ts'
export type { NotesMade } from './service/note-maker.ts'
export type { NoteOwner } from './service/notes-shelf.ts'
export type { Notes } from './service/notes.ts'
export type { ConversationReference } from './service/change-conversation.ts'
export type { ConversationTree, TurnPage, TurnPageRequest } from './service/conversation-tree.ts'
export type { SubjectErasure } from './service/erase-subject.ts'
export type { ConversationList } from './service/list-conversations.ts'
export type {
  Conversations,
  ConversationUpdate,
  CreateConversation,
  EarlierAnswer,
  FollowedTurn,
  ItemPage,
  ItemPageRequest,
  OpenTurn,
  PlannedTurn,
  PlanRequest,
  Concurrency,
  PreparedPrompt,
  StoredItem,
  TurnCaller,
  TurnEnd,
  TurnRequest,
} from './service/conversations.ts'
export type { RetrievalInput, TurnRetriever } from './retrieval/turn-retriever.ts'
export type { AnswerEnd, AnswerState, FollowedAnswer } from './service/followed-answer.ts'
export type { CountedInput, CountInputRequest } from './service/counted-input.ts'
export { isStoreUnavailable } from './service/store-deadline.ts'
export type { Answers, NewAnswer, OpenAnswer } from './service/answers.ts'
export { pageOf, type Page } from './service/page-items.ts'
export type {
  NewResponse,
  OpenResponse,
  OpenResponseEnd,
  OutputItem,
  Responses,
} from './service/responses.ts'
export { presentConversation, type PresentedConversation } from './service/present-conversation.ts'
