import { type Dialect, ModelError, type RenamedTools } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { AnswerWatch } from '../call/answer-watch.ts'
import type { CollectedBody, Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { AnswerUse } from './answer-stream.ts'

/** An answer as a provider sends it. */
export interface AnswerSource {
  readonly exchange: Exchange
  readonly dialect: Dialect
  readonly use: AnswerUse
  /** `namespace/name` of the provider, for errors. */
  readonly provider: string
  /** The model that was asked, for an answer that names none. */
  readonly model: string
  /** Wall time, for an answer without a timestamp. */
  readonly nowMs: number
  /** The caller's names of the tools that the provider knows by others. */
  readonly renamedTools: RenamedTools
  /** Told when content comes. */
  readonly watch: Pick<AnswerWatch, 'progressed' | 'finished'>
}

/**
 * Why an answer of the provider `namespace/name` broke off. Whatever its exchange failed with, such
 * as an error of the socket, is an `upstream_stream_cut`; why a call or attempt was aborted is kept.
 */
export function breakOffReason(error: unknown, provider: string): unknown {
  return error instanceof UpstreamFailure || error instanceof ModelError
    ? error
    : gatewayError.upstreamCut(provider, error)
}

/** The next bytes of an answer, or the reason why it broke off. */
export async function nextOrCut(exchange: Exchange, provider: string): Promise<Buffer | undefined> {
  try {
    return await exchange.next()
  } catch (error) {
    throw breakOffReason(error, provider)
  }
}

/** As many bytes as there are up to `bytesMax`, or the reason why the answer broke off. */
export async function collectOrCut(
  { exchange, provider, watch }: AnswerSource,
  bytesMax: number,
): Promise<CollectedBody> {
  try {
    return await exchange.collect(bytesMax, () => watch.progressed())
  } catch (error) {
    throw breakOffReason(error, provider)
  }
}

/**
 * An answer that has to be held and is longer than may be. No other target is asked for as long an
 * answer, and the provider is not at fault.
 */
export function tooLargeToHold(bytesMax: number, status: number): UpstreamFailure {
  const error = gatewayError.answerTooLarge(bytesMax)
  return new UpstreamFailure('InvalidRequest', error, `an answer of more than ${bytesMax} bytes`, {
    status,
  })
}
