import type { Cancellation } from '@fairlead/base'
import { chatFormatOf, type ModelRequest } from '@fairlead/llm'
import { asFailure } from '../attempts/as-failure.ts'
import { CredentialChoice } from '../attempts/credential-choice.ts'
import { failedAnswer } from '../attempts/failed-answer.ts'
import { noteFailure } from '../attempts/note-failure.ts'
import { refusedAnswer } from '../attempts/refused-answer.ts'
import type { Services } from '../call/services.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { answerOfApi, prepareRequest } from '../providers/prepare-request.ts'
import type { RequestProof } from '../providers/request-authorizer.ts'
import type { Credential } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { decodedExchange } from '../upstream/decoded-exchange.ts'
import type { CollectedBody, Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

/** The answer to a probe is a few words. */
const answerBytesMax = 256 * 1024
/** How long a probe may take, even where calls may take longer. */
const probeMsMax = 30_000

/**
 * Asks a provider for an answer of one token, and notes what that shows of it and its key. Never
 * rejects. `cancellation` ends it without any effect.
 */
export async function probeProvider(
  target: CallTarget,
  services: Services,
  cancellation: Cancellation,
): Promise<void> {
  const { clock } = services
  const { provider } = target
  const startedMs = clock.monotonicMs()
  // One that hangs must not put off the probe that finds the provider well again.
  const limitMs = Math.min(provider.settings.timeouts.firstByteMs ?? probeMsMax, probeMsMax)
  const timer = clock.setTimer(limitMs, () => {
    const error = gatewayError.upstreamTimeout(provider.key, 'firstByte', limitMs)
    cancellation.cancel(new UpstreamFailure('Timeout', error, error.message))
  })
  let credential: Credential | undefined
  let exchange: Exchange | undefined
  try {
    credential = new CredentialChoice(services).choose(target)
    provider.state.claim(startedMs)
    credential?.state.claim()
    const opened = await open(target, credential, cancellation)
    exchange = opened.exchange
    const secret = opened.proof?.secret ?? credential?.value
    const { dialect } = provider.apiFor(target.model, undefined)
    const { status } = exchange
    if (status < 200 || status >= 300) {
      throw await refusedAnswer(exchange, target, secret, { dialect, services })
    }
    checkAnswer(await exchange.collect(answerBytesMax, () => {}), status, target)
    provider.state.succeeded(startedMs)
    credential?.state.accepted(target.model, startedMs)
  } catch (error) {
    if (cancellation.reason !== undefined && cancellation.reason !== error) return
    const failure = asFailure(error, exchange !== undefined, exchange?.status, provider)
    noteFailure(failure, target, credential, startedMs)
  } finally {
    timer.cancel()
    exchange?.abort(new Error('the probe has ended'))
  }
}

async function open(
  { model, provider }: CallTarget,
  credential: Credential | undefined,
  cancellation: Cancellation,
): Promise<{ readonly exchange: Exchange; readonly proof: RequestProof | undefined }> {
  const api = provider.apiFor(model, undefined)
  const body = JSON.stringify(
    chatFormatOf(api.dialect).encodeRequest(requestFor(model), api.encoding),
  )
  const prepared = await prepareRequest(
    provider,
    api,
    {
      settings: provider.settings,
      model,
      stream: false,
      body: Buffer.from(body),
      basePath: provider.basePath,
      headers: [...provider.headers],
      signal: cancellation.signal,
    },
    credential?.value,
    false,
  )
  const { request, proof } = prepared
  const exchange = await provider.transport.open(request, cancellation)
  return { exchange: answerOfApi(api, decodedExchange(exchange, provider.key)), proof }
}

function requestFor(model: string): ModelRequest {
  return {
    model,
    items: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'ping' }] }],
    tools: [],
    settings: { maxOutputTokens: 1 },
    stream: false,
    includeUsage: false,
    extras: {},
  }
}

function checkAnswer(
  { bytes, complete }: CollectedBody,
  status: number,
  { model, provider }: CallTarget,
): void {
  let answer: unknown
  try {
    answer = complete ? JSON.parse(bytes.toString('utf8')) : undefined
  } catch {
    answer = undefined
  }
  if (typeof answer !== 'object' || answer === null) {
    throw gatewayError.upstreamInvalidResponse(provider.key, 'not a JSON object')
  }
  const failure = provider.apiFor(model, undefined).dialect.passage.answerFailure(answer)
  if (failure !== undefined) throw failedAnswer(failure, provider, status)
}
