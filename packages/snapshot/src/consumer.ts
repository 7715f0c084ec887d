import type { AccessSettings } from './access.ts'
import type { ResourceIdentity } from './resource-identity.ts'
import type { SecretKeyRef } from './secret-key-ref.ts'

export interface ConsumerSettings extends ResourceIdentity {
  /** metadata.uid; undefined for a Consumer of a folder of manifests, whose identity is its name. */
  readonly uid: string | undefined
  readonly groups: readonly string[]
  /** Free facts for conditions, such as a cost centre. */
  readonly metadata: Readonly<Record<string, string>>
  /** Kubernetes ServiceAccounts, as `namespace/name`, that are this Consumer. */
  readonly serviceAccounts: readonly string[]
  readonly apiKeys: readonly {
    readonly name: string
    readonly source: { readonly secret: SecretKeyRef } | { readonly sha256: string }
    /** Unix milliseconds; undefined never expires. */
    readonly expiresAtMs: number | undefined
  }[]
  readonly access: AccessSettings
}
