import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

interface SeenRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly raw: Buffer
  readonly body: Record<string, unknown>
  /** Resolves when the gateway closed the connection before the answer was complete. */
  readonly aborted: Promise<void>
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void

/** A provider on a real socket that answers as a test scripts it. */
export interface Upstream {
  readonly url: string
  readonly requests: SeenRequest[]
  /** How all further requests are answered. */
  answer: Answer
  /** Resolves with the request of this number (from 1) once it has arrived. */
  request(number: number): Promise<SeenRequest>
  close(): Promise<void>
}

/** With `tls` it listens with TLS, and as these options say. */
export async function startUpstream(answer: Answer, tls?: ServerOptions): Promise<Upstream> {
  const requests: SeenRequest[] = []
  const waiting: { readonly number: number; resolve(request: SeenRequest): void }[] = []
  const upstream = { answer }
  const listener: RequestListener = (request, response) => {
    const aborted = new Promise<void>((resolve) => {
      response.on('close', () => {
        if (!response.writableFinished) resolve()
      })
    })
    const received: Buffer[] = []
    request.on('data', (chunk: Buffer) => received.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(received)
      const body = JSON.parse(raw.toString('utf8')) as Record<string, unknown>
      const seen = { path: request.url ?? '', headers: request.headers, raw, body, aborted }
      requests.push(seen)
      for (const entry of waiting) if (entry.number <= requests.length) entry.resolve(seen)
      upstream.answer(response, seen)
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(upstream, {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/v1`,
    requests,
    request(number: number) {
      const seen = requests[number - 1]
      if (seen !== undefined) return Promise.resolve(seen)
      return new Promise<SeenRequest>((resolve) => {
        waiting.push({ number, resolve })
      })
    },
    close() {
      server.closeAllConnections()
      return new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  })
}

export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

export const sse =
  (...events: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(events.join(''))
  }

/** An OpenAI answer with this text. */
export function completion(text: string, extra: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-test',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    ...extra,
  }
}

/** An OpenAI stream that says these words, one chunk each, with `[DONE]` at the end. */
export function chunks(words: readonly string[]): string[] {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'gpt-test',
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`
  return [
    chunk({ role: 'assistant', content: '' }),
    ...words.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    'data: [DONE]\n\n',
  ]
}
