import type { Clock, Logger } from '@fairlead/base'
import type { ConversationStores } from '../conversations/conversation-stores.ts'
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts'
import type { PromptRenderer } from '../prompts/prompt-renderer.ts'
import type { SecretSource } from '../sources/sources.ts'
import type { UnpricedModels } from '../prices/unpriced-models.ts'
import type { CredentialStates } from '../upstream/credential-states.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import type { AttemptGate } from './attempt-gate.ts'
import type { CallerLimits } from './caller-limits.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { KnowledgeStates } from './knowledge-states.ts'
import type { KnowledgeSearcher } from './knowledge-searcher.ts'
import type { OwnCalls } from './own-calls.ts'
import type { RecentCalls } from './recent-calls.ts'
import type { RefusalAudit } from './refused-request.ts'
import type { RunningCalls } from './running-calls.ts'
import type { UsageNotes } from './usage-notes.ts'

/** What calls use that outlives a single configuration. */
export interface Services {
  readonly secrets: SecretSource
  readonly credentialStates: CredentialStates
  readonly stores: ConversationStores
  readonly prompts: PromptRenderer
  readonly metrics: GatewayMetrics
  readonly tracing: Tracing
  readonly recentCalls: RecentCalls
  readonly audit: RefusalAudit
  readonly usage: UsageNotes
  readonly logger: Logger
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly running: RunningCalls
  readonly heldBytes: HeldBytes
  /** In the order in which attempts pass them. */
  readonly attemptGates: readonly AttemptGate[]
  /** Of each policy that limits calls. */
  readonly callerLimits: readonly CallerLimits[]
  readonly unpriced: UnpricedModels
  readonly ownCalls: OwnCalls
  readonly knowledge: KnowledgeSearcher
  readonly knowledgeStates: KnowledgeStates
}
