export {
  protocolVersion,
  type ContextPlan,
  type Conversation,
  type EpochState,
  type PinnedPersona,
  type PlanDecision,
  type PlanSegment,
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
  StrategyInput,
  TurnEnd,
  TurnRequest,
} from './conversations.ts'
