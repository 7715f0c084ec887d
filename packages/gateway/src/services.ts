import type { Dialect } from '@fairlead/llm'
import type { Admission } from './call/admission.ts'
import type { RunningCalls } from './call/running-calls.ts'
import type { Clock, Logger } from '@fairlead/base'
import type { ConversationStores } from './conversations/conversation-stores.ts'
import type { GatewayMetrics } from './metrics/gateway-metrics.ts'
import type { PromptRenderer } from './prompts/prompt-renderer.ts'
import type { SecretSource } from './sources.ts'
import type { CredentialRefusals } from './upstream/credential-refusals.ts'

/** What calls use that is not of one configuration. */
export interface Services {
  /** The format that callers speak. */
  readonly dialect: Dialect
  readonly secrets: SecretSource
  readonly refusals: CredentialRefusals
  readonly stores: ConversationStores
  readonly prompts: PromptRenderer
  readonly admission: Admission
  readonly metrics: GatewayMetrics
  readonly logger: Logger
  readonly clock: Clock
  readonly random: () => number
  readonly running: RunningCalls
}
