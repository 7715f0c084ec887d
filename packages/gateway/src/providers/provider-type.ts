import type { Clock } from '@fairlead/base'
import type { Dialect, EncodeOptions } from '@fairlead/llm'
import type { LLMProviderSettings, ProviderTypeCapability } from '@fairlead/snapshot'
import type { Exchange, Transport } from '../upstream/exchange.ts'
import type { CreateAuthorizer } from './request-authorizer.ts'

/**
 * One type of provider: its addresses, the APIs that it offers, how requests to it are
 * authenticated, and how telemetry names it.
 */
export interface ProviderType extends ProviderTypeCapability {
  /**
   * What it offers for a model. A call is made in its caller's dialect where that is among them, so
   * that its bytes pass unread; any other is translated to the first. Cheap: asked for every attempt.
   */
  apisOf(model: string, settings: LLMProviderSettings): ProviderApis
  /** Whose models of the catalogue it serves; undefined if nothing is known of its models. */
  readonly catalogueVendor?: string
  /** OpenTelemetry's `gen_ai.provider.name`. */
  readonly telemetryName: string
  /** Whether every call needs a credential. */
  readonly needsCredential: boolean
  /**
   * Where callers send a key of their own for the provider, in lower case, the first that came being
   * passed on. Defaults to `authorization`.
   */
  readonly callerKeyHeaders?: readonly string[]
  /** The type as one provider has it, whose preset says more of it. Defaults to the type itself. */
  variantFor?(settings: LLMProviderSettings): ProviderType
  /** For a type that proves who asks by more than a key: `prepare` then adds none. */
  readonly createAuthorizer?: CreateAuthorizer
  /** For a provider inside the process: the transport that replaces the network. */
  openTransport?(settings: LLMProviderSettings, parts: LocalTransportParts): Transport
}

/** Never empty. */
export type ProviderApis = readonly [ProviderApi, ...ProviderApi[]]

/** One API of a provider: its dialect, and how requests to it are made. */
export interface ProviderApi {
  readonly dialect: Dialect
  /** How its servers differ from others of the dialect. */
  readonly encoding: EncodeOptions
  /** Whether it takes `prompt_cache_key`. False when left out: others may refuse what they do not know. */
  readonly takesCacheKey?: true
  /** Whether it compacts what it is sent where it is asked to. False when left out. */
  readonly compacts?: true
  /**
   * The HTTP request for one attempt. Path and headers may depend on the model, on the stream flag
   * and, as a signature does, on the body. A promise, where a token has to be fetched first; it is
   * not waited for once the attempt's signal has aborted.
   */
  prepare(
    request: OutgoingRequest,
    credential: string | undefined,
  ): OutgoingHttp | Promise<OutgoingHttp>
  /** The same for counting the tokens of a call instead of making it; absent where none are counted. */
  prepareCount?(
    request: OutgoingRequest,
    credential: string | undefined,
  ): OutgoingHttp | Promise<OutgoingHttp>
  /**
   * For an API whose answers are framed in another way than those of its dialect: the exchange as the
   * dialect has it, or the same one.
   */
  adaptAnswer?(exchange: Exchange): Exchange
}

/** A request in the provider's dialect, before it is addressed and authenticated. */
export interface OutgoingRequest {
  readonly settings: LLMProviderSettings
  readonly model: string
  readonly stream: boolean
  readonly body: Uint8Array
  /** Path of the provider's base URL, without a trailing slash. */
  readonly basePath: string
  /** Made for this attempt; `prepare` may append to it. Flat list: name, value, name, value. */
  readonly headers: string[]
  /** Aborts when the attempt must end. */
  readonly signal: AbortSignal
}

export interface OutgoingHttp {
  readonly path: string
  /** Flat list: name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
}

interface LocalTransportParts {
  readonly clock: Clock
  /** Counts this provider's calls for as long as the process runs. */
  readonly counter: { calls: number }
}
