import type { IncomingMessage } from 'node:http'
import { Agent, request, type RequestOptions } from 'node:https'

import { parseJson, untilAborted, type Clock } from '@fairlead/base'
import { goQuote } from '@fairlead/kube-core'

import { answerFailure } from './answer-failure.ts'
import { callAddress, hostOf, type CallAddress, type WebhookClientConfig } from './client-config.ts'
import { networkErrorText } from './network-error.ts'
import type { LocalWebhooks } from './local-webhooks.ts'
import type { ServiceResolver } from './service-resolver.ts'
import { WebhookError } from './webhook-error.ts'

interface WebhookClientOptions {
  readonly clock: Clock
  readonly resolveService: ServiceResolver
  /** Asked first for webhooks of Services. */
  readonly localWebhooks?: LocalWebhooks | undefined
}

/** A larger answer is refused. */
const answerBytesMax = 16 * 1024 * 1024
/** Connections to all webhooks together; further calls wait, within their deadline. */
const connectionsMax = 256
const idleConnectionsMax = 32

/**
 * Calls webhooks over HTTPS: posts JSON and reads JSON. Connections are kept alive, redirects are
 * not followed, and every call has a deadline.
 */
export class WebhookClient {
  readonly #options: WebhookClientOptions
  readonly #agent = new Agent({
    keepAlive: true,
    maxTotalSockets: connectionsMax,
    maxFreeSockets: idleConnectionsMax,
    scheduling: 'lifo',
  })

  constructor(options: WebhookClientOptions) {
    this.#options = options
  }

  /**
   * The answer to `question`, decoded; numbers that JavaScript would spell in another way stay raw.
   * @throws WebhookError when the webhook cannot be reached, is late, or does not answer 2xx and JSON
   */
  async call(config: WebhookClientConfig, question: object, timeoutMs: number): Promise<unknown> {
    const where = callAddress(config, timeoutMs)
    const body = Buffer.from(JSON.stringify(question))
    const deadline = new AbortController()
    const timer = this.#options.clock.setTimer(timeoutMs, () => deadline.abort())
    try {
      const local = this.#askLocally(config, body)
      if (local !== undefined) return await untilAborted(local, deadline.signal)
      const answer = await this.#post(config, where, body, deadline.signal)
      return decode(answer, await readAnswer(answer, where))
    } catch (error) {
      if (error instanceof WebhookError) throw error
      const why = deadline.signal.aborted ? 'context deadline exceeded' : networkErrorText(error)
      throw new WebhookError(`Post ${goQuote(where.text)}: ${why}`, { cause: error })
    } finally {
      timer.cancel()
    }
  }

  /** Closes all connections. */
  close(): void {
    this.#agent.destroy()
  }

  /** As if it had gone over the network: neither side sees the other's objects. */
  #askLocally({ service }: WebhookClientConfig, body: Buffer): Promise<unknown> | undefined {
    const { localWebhooks } = this.#options
    if (service === undefined || localWebhooks === undefined) return undefined
    const answer = localWebhooks(service, parseJson(body.toString('utf8')) as object)
    return answer?.then((found) => parseJson(JSON.stringify(found)))
  }

  /** A connection that the other side has closed while it was idle is replaced, once. */
  async #post(
    config: WebhookClientConfig,
    where: CallAddress,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      const sent = request(this.#requestOptions(config, where, body, signal), resolve)
      sent.once('error', reject)
      sent.end(body)
      try {
        return await promise
      } catch (error) {
        if (attempt > 1 || signal.aborted || !sent.reusedSocket) throw error
      }
    }
  }

  #requestOptions(
    { service, caBundle }: WebhookClientConfig,
    where: CallAddress,
    body: Buffer,
    signal: AbortSignal,
  ): RequestOptions {
    const address = service === undefined ? undefined : this.#options.resolveService(service)
    return {
      method: 'POST',
      agent: this.#agent,
      signal,
      host: address?.host ?? where.hostname,
      port: address?.port ?? where.port,
      path: where.path,
      ...(service === undefined ? {} : { servername: hostOf(service) }),
      // Go trusts whatever is in the bundle, also a certificate that may not sign others.
      ...(caBundle === undefined ? {} : { ca: caBundle, allowPartialTrustChain: true }),
      headers: {
        host: where.authority,
        accept: 'application/json, */*',
        'content-type': 'application/json',
        'content-length': body.length,
        'user-agent': 'kube-apiserver-admission',
      },
    }
  }
}

async function readAnswer(answer: IncomingMessage, where: CallAddress): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > answerBytesMax) {
      throw new WebhookError(
        `Post ${goQuote(where.text)}: the answer is longer than ${answerBytesMax} bytes`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** @throws WebhookError for an answer that is not 2xx or not JSON */
function decode({ statusCode = 0, headers }: IncomingMessage, body: Buffer): unknown {
  const contentType = headers['content-type'] ?? ''
  if (statusCode < 200 || statusCode > 299) {
    throw new WebhookError(answerFailure(statusCode, contentType, body))
  }
  if (body.length === 0) {
    throw new WebhookError(
      `0-length response with status code: ${statusCode} and content type: ${contentType}`,
    )
  }
  try {
    return parseJson(body.toString('utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not JSON'
    throw new WebhookError(`couldn't get version/kind; json parse error: ${why}`, { cause: error })
  }
}
