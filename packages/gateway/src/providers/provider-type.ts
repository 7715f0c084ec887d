import type { Clock } from '@fairlead/base'
import type { Dialect, EncodeOptions } from '@fairlead/llm'
import type { LLMProviderSettings, ProviderTypeCapability } from '@fairlead/snapshot'
import type { Transport } from '../upstream/exchange.ts'

/**
 * One type of provider: its addresses, its dialect, how requests to it are authenticated, and how
 * telemetry names it.
 */
export interface ProviderType extends ProviderTypeCapability, ProviderAdapter {
  readonly dialect: Dialect
  /** How its servers differ from others of the dialect. */
  readonly encoding: EncodeOptions
  /** OpenTelemetry's `gen_ai.provider.name`. */
  readonly telemetryName: string
  /** Whether every call needs a credential. */
  readonly needsCredential: boolean
  /**
   * Where callers send a key of their own for the provider, in lower case, the first that came being
   * passed on. Defaults to `authorization`.
   */
  readonly callerKeyHeaders?: readonly string[]
  /** For a provider inside the process: the transport that replaces the network. */
  openTransport?(settings: LLMProviderSettings, parts: LocalTransportParts): Transport
}

/** How requests to one type of provider are made. */
interface ProviderAdapter {
  /**
   * The HTTP request for one attempt. Path and headers may depend on the model, on the stream flag
   * and, as a signature does, on the body. A promise, where a token has to be fetched first; it is
   * not waited for once the attempt's signal has aborted.
   */
  prepare(
    request: OutgoingRequest,
    credential: string | undefined,
  ): OutgoingHttp | Promise<OutgoingHttp>
}

/** A request in the provider's dialect, before it is addressed and authenticated. */
export interface OutgoingRequest {
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
