import type { JsonObject } from '@fairlead/base'
import type { ServiceAccountSettings, TokenIssuerSettings } from '@fairlead/snapshot'

/** A token whose signature, issuer, audience and times are good. */
export interface VerifiedToken {
  /** All claims, frozen. */
  readonly claims: JsonObject
  /** Unix milliseconds from which it is to be looked at again. */
  readonly checkAgainAtMs: number
  /** Who issued it. */
  readonly source:
    | { readonly type: 'Issuer'; readonly settings: TokenIssuerSettings }
    /** `account` is `namespace/name`. */
    | {
        readonly type: 'ServiceAccount'
        readonly account: string
        readonly settings: ServiceAccountSettings
      }
  /** What it counts in memory. */
  readonly bytes: number
  /** Whether whoever vouched for it still does: its key is still the issuer's. May throw `issuer_unavailable`. */
  isVouchedFor(): boolean
}
