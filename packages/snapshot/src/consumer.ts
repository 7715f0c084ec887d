import type { ResourceIdentity } from './resource-identity.ts'
import type { SecretKeyRef } from './secret-key-ref.ts'

export interface ConsumerSettings extends ResourceIdentity {
  readonly groups: readonly string[]
  readonly apiKeys: readonly {
    readonly name: string
    readonly source: { readonly secret: SecretKeyRef } | { readonly sha256: string }
    /** Unix milliseconds; undefined never expires. */
    readonly expiresAtMs: number | undefined
  }[]
  /** Exact names, or with a trailing `*`. */
  readonly access: {
    readonly models: readonly string[]
    readonly promptTemplates: readonly string[]
    readonly personas: readonly string[]
  }
}
