import type { ResourceIdentity } from './resource-identity.ts'

export interface LLMGatewaySettings extends ResourceIdentity {
  readonly auth: 'Required' | 'Optional' | 'Disabled'
  readonly allowPrivateNetworks: boolean
  readonly defaultModel: string | undefined
  /** Keys of `providers`, tried in order for a model that no route matches. */
  readonly defaultProviders: readonly string[]
  /** Key of `strategies`; undefined means the full history. */
  readonly defaultStrategy: string | undefined
  /** Key of `stores`; undefined means in memory. */
  readonly defaultStore: string | undefined
  /** Key of `personas`. */
  readonly defaultPersona: string | undefined
  readonly limits: {
    readonly maxRequestBytes: number
    readonly requestTimeoutMs: number
    readonly firstTokenTimeoutMs: number
    readonly maxConcurrentRequests: number
  }
}
