import type { Dialect } from '@fairlead/llm'

/** What the gateway must know to call a provider of one type. */
export interface ProviderAdapter {
  readonly dialect: Dialect
  /** The provider speaks the caller's own format: bytes pass through in both directions. */
  readonly passThrough: boolean
  /** Appended to the path of the provider's baseURL. */
  readonly path: string
  /** OpenTelemetry's `gen_ai.provider.name`. */
  readonly telemetryName: string
  readonly needsCredential: boolean
  /** The field that bounds an answer, where the body passes through. */
  readonly maxTokensField: 'max_completion_tokens' | 'max_tokens'
  /** Names and values in turn, without Content-Type. */
  headers(credential: string | undefined): readonly string[]
}

export type ProviderAdapters = Readonly<Record<string, ProviderAdapter>>
