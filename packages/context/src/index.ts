export {
  protocolVersion,
  type ContextPlan,
  type Conversation,
  type EpochState,
  type OmittedSeal,
  type PinnedPersona,
  type PlanDecision,
  type PlanSegment,
  type ToolRepair,
  type Turn,
  type TurnStatus,
  type TurnUsage,
} from './conversation.ts'
export type {
  Conversations,
  CreateConversation,
  ItemPage,
  ItemPageRequest,
  OpenTurn,
  PersonaInput,
  PreparedPrompt,
  StoredItem,
  StrategyInput,
  TurnEnd,
  TurnRequest,
} from './conversations.ts'
export { isOwnConversationId } from './ulid.ts'
export { presentConversation, type PresentedConversation } from './present-conversation.ts'
export { createConversations, type ConversationsOptions } from './conversations-service.ts'
export { createMemoryStore, type MemoryStoreOptions } from './stores/memory/memory-store.ts'
export { createSqliteStore, type SqliteStoreOptions } from './stores/sqlite/sqlite-store.ts'
export type { ConversationStore } from './stores/store.ts'
export { renderTemplate } from './render-template.ts'
export { createIds, type NewId } from './ulid.ts'
