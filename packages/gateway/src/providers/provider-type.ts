import type { Clock } from '@fairlead/base'
import type { Dialect, EncodeOptions } from '@fairlead/llm'
import type { LLMProviderSettings, ProviderTypeCapability } from '@fairlead/snapshot'
import type { Transport } from '../upstream/exchange.ts'

/**
 * One type of provider, whole: where it is reached, which dialect it speaks, how a request to it is
 * authenticated, and how telemetry names it.
 */
export interface ProviderType extends ProviderTypeCapability, ProviderAdapter {
  readonly dialect: Dialect
  /** What its servers differ in from others of the dialect. */
  readonly encoding: EncodeOptions
  /** OpenTelemetry's `gen_ai.provider.name`. */
  readonly telemetryName: string
  /** Whether no call is possible without a credential. */
  readonly needsCredential: boolean
  /** For a provider inside the process: what answers instead of a network. */
  openTransport?(settings: LLMProviderSettings, parts: LocalTransportParts): Transport
}

/** How one type of provider is spoken to. */
interface ProviderAdapter {
  /**
   * The HTTP request for one attempt. Path and headers may depend on the model, on whether a stream
   * is asked for, and on the body, as a signature does; fetching a token may take time.
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
  /** Made for this attempt, to be added to. Flat list: name, value, name, value. */
  readonly headers: string[]
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
