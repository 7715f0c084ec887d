import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that a provider received. */
interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
  /** Resolves when the caller disconnects before the response is complete. */
  readonly abandoned: Promise<void>
}

export type Answer = (response: ServerResponse, request: ReceivedRequest) => void | Promise<void>

/** A provider's HTTP server controlled by the test. */
export interface Upstream {
  readonly url: string
  /** Everything received since the start, oldest first. */
  readonly requests: readonly ReceivedRequest[]
  /** The response to the next requests. */
  answer: Answer
  stop(): Promise<void>
}

export async function startUpstream(answer: Answer): Promise<Upstream> {
  const requests: ReceivedRequest[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      const received: ReceivedRequest = {
        path: request.url ?? '',
        headers: request.headers,
        body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
        abandoned: new Promise((resolve) =>
          response.once('close', () => !response.writableFinished && resolve()),
        ),
      }
      requests.push(received)
      void Promise.resolve(upstream.answer(response, received)).catch(() => response.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const upstream: Upstream = {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return upstream
}

/** Responds with a complete JSON body. */
export function json(body: string | object, status = 200, headers: object = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(text)
  }
}

/** Responds with an event stream, in chunks of this many bytes. */
export function eventStream(text: string, pieceBytes = Number.POSITIVE_INFINITY): Answer {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    const bytes = Buffer.from(text)
    const step = Math.min(pieceBytes, Math.max(1, bytes.length))
    for (let start = 0; start < bytes.length && !response.destroyed; start += step) {
      if (!response.write(bytes.subarray(start, start + step))) {
        await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
      }
    }
    response.end()
  }
}

/** OpenAI's framing of recorded events. */
export function openaiStream(payloads: readonly string[]): string {
  return [...payloads, '[DONE]'].map((payload) => `data: ${payload}\n\n`).join('')
}

/** Anthropic's framing: the event's name is the payload's type. */
export function anthropicStream(payloads: readonly string[]): string {
  return payloads
    .map((payload) => {
      const { type } = JSON.parse(payload) as { readonly type: string }
      return `event: ${type}\ndata: ${payload}\n\n`
    })
    .join('')
}
