import type { ResourceIdentity } from './resource-identity.ts'

export interface LLMGatewaySettings extends ResourceIdentity {
  readonly auth: 'Required' | 'Optional' | 'Disabled'
  readonly allowPrivateNetworks: boolean
  readonly defaultModel: string | undefined
  /** Keys of `providers`, tried in order for a model that no route matches. */
  readonly defaultProviders: readonly string[]
  /** Key of `contextStrategies`; undefined means the full history. */
  readonly defaultContextStrategy: string | undefined
  /** Key of `conversationStores`; undefined means in memory. */
  readonly defaultConversationStore: string | undefined
  /** Key of `personas`. */
  readonly defaultPersona: string | undefined
  /** Number of worker processes, from 1 to 64; undefined leaves it to the program. */
  readonly workers: number | undefined
  readonly limits: {
    readonly maxRequestBytes: number
    readonly requestTimeoutMs: number
    readonly firstTokenTimeoutMs: number
    /** Of one call. */
    readonly maxMessages: number
    readonly maxTools: number
    /** Of objects and lists in a request body. */
    readonly maxDepth: number
    readonly maxConcurrentRequests: number
  }
}
