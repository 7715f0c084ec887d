import { type Dialect, ModelError } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { AnswerUse } from './answer-stream.ts'

/** An answer as a provider sends it. */
export interface AnswerSource {
  readonly exchange: Exchange
  readonly dialect: Dialect
  readonly use: AnswerUse
  /** `namespace/name` of the provider, for errors. */
  readonly provider: string
  /** Wall time, for an answer without a timestamp. */
  readonly nowMs: number
}

/**
 * The next bytes of an answer. What breaks it off, such as an error of the socket, is a ModelError
 * `upstream_stream_cut` of the provider `namespace/name`; why a call or attempt was aborted is kept.
 */
export async function nextOrCut(exchange: Exchange, provider: string): Promise<Buffer | undefined> {
  try {
    return await exchange.next()
  } catch (error) {
    if (error instanceof UpstreamFailure || error instanceof ModelError) throw error
    throw gatewayError.upstreamCut(provider, error)
  }
}
