import type { SecretKeyRef } from './secret-key-ref.ts'

/** How callers' connections to a gateway are secured. */
export interface ListenerTlsSettings {
  /** Undefined: the Secret may not be used, and no connection is served. */
  readonly certificate:
    { readonly certificate: SecretKeyRef; readonly key: SecretKeyRef } | undefined
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** Undefined: callers are not asked for a certificate. */
  readonly clients:
    | {
        /** Certificates of authorities, as PEM; undefined: the Secret may not be used. */
        readonly authorities: SecretKeyRef | undefined
        readonly required: boolean
      }
    | undefined
}

/** Which pages of other origins may call a gateway from a browser. */
export interface CorsSettings {
  /** Origins, such as `https://chat.example.com`; `https://*.example.com`; or `*` for all. */
  readonly allowOrigins: readonly string[]
  /** Names in lower case, exact or with a `*` at the end. */
  readonly allowHeaders: readonly string[]
  /** Names in lower case, exact or with a `*` at the end. */
  readonly exposeHeaders: readonly string[]
  readonly maxAgeSeconds: number
  readonly allowCredentials: boolean
}

/** What is kept of refusals and changes. */
export interface AuditSettings {
  readonly enabled: boolean
  readonly retentionMs: number
  /** Of all files together. */
  readonly maxBytes: number
}
