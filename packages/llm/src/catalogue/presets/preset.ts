import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'

/** A vendor or server that speaks OpenAI's Chat Completions: what is known of it, and from where. */
export interface Preset {
  /** Value of LLMProvider `spec.preset`. */
  readonly name: string
  /** As it calls itself. */
  readonly title: string
  /**
   * Base address, version segment included, without a trailing slash. A part in braces stands for
   * what only its user knows: such an address has to be given as `spec.baseURL`.
   */
  readonly address: string
  /** Defaults to `Bearer`. */
  readonly authentication?: PresetAuthentication
  /** OpenTelemetry's `gen_ai.provider.name`. Defaults to the preset's name. */
  readonly telemetryName?: string
  /** Whose models of the catalogue it serves; undefined if they are not known. */
  readonly models?: string
  /** Whether it has OpenAI's legacy completions at the same address. */
  readonly completions?: true
  /** Whether it has OpenAI's Responses at the same address. */
  readonly responses?: true
  /** Where it has Anthropic's Messages, without `/v1/messages`; undefined if it has not. */
  readonly messages?: string
  /** The field in which it reports errors, which the dialect reads. Defaults to `error`. */
  readonly errors?: 'base_resp' | 'errors'
  /** Defaults to none. */
  readonly quirks?: ServerQuirks
  /** The vendor's own page about it. */
  readonly source: string
}

/**
 * How a key is sent: as a Bearer token, the same where a server may be open to all, or alone in a
 * header.
 */
export type PresetAuthentication = 'Bearer' | 'Optional' | { readonly header: string }
