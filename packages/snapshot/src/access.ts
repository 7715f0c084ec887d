/**
 * What a caller may use: exact names, or with a trailing `*`. A pattern without a namespace means the
 * caller's own; nothing is allowed by an empty list.
 */
export interface AccessSettings {
  readonly models: readonly string[]
  readonly promptTemplates: readonly string[]
  readonly personas: readonly string[]
  readonly contextStrategies: readonly string[]
}
