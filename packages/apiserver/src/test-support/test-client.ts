import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { createInterface } from 'node:readline'

import type { KeyAndCertificate } from '@fairlead/pki'

import type { ApiServer } from '../index.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** The decoded JSON, loosely typed for assertions. */
  readonly body: Record<string, unknown>
}

interface RawAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
}

interface SeenEvent {
  readonly type: string
  readonly object: {
    readonly kind: string
    readonly metadata: {
      readonly name?: string
      readonly resourceVersion: string
      readonly annotations?: Record<string, string>
    }
    readonly [field: string]: unknown
  }
}

interface Watch {
  /** The next event; rejects when the watch ends first. */
  next(): Promise<SeenEvent>
  close(): void
}

/** A bare HTTP client for tests, independent of our other clients. */
export class TestClient {
  readonly #server: ApiServer
  readonly #token: string | undefined
  readonly #agent: Agent

  /** With an `identity`, it shows that certificate and no token. */
  constructor(server: ApiServer, token = server.adminToken, identity?: KeyAndCertificate) {
    this.#server = server
    this.#token = identity === undefined ? token : undefined
    const certificate = identity && { cert: identity.certificate, key: identity.privateKey }
    this.#agent = new Agent({ ca: server.caCertificate, keepAlive: true, ...certificate })
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, undefined, headers)
  }

  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    return this.sendText(method, path, text, headers)
  }

  /** Sends a body unchanged. */
  async sendText(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const { bytes, ...rest } = await this.sendBytes(method, path, body, headers)
    const text = bytes.toString('utf8')
    const decoded = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text }
    return { ...rest, body: decoded }
  }

  /** Sends a body and takes the answer's, both unchanged. */
  async sendBytes(
    method: string,
    path: string,
    body?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<RawAnswer> {
    const response = await this.#open(method, path, body, headers)
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes: Buffer.concat(chunks),
    }
  }

  patch(path: string, type: 'json' | 'merge' | 'strategic' | 'apply', body: unknown) {
    const suffix = { json: 'json-patch+json', merge: 'merge-patch+json' }
    const contentType = {
      ...suffix,
      strategic: 'strategic-merge-patch+json',
      apply: 'apply-patch+yaml',
    }[type]
    return this.send('PATCH', path, body, { 'content-type': `application/${contentType}` })
  }

  async watch(path: string, headers: Record<string, string> = {}): Promise<Watch> {
    const response = await this.#open('GET', path, undefined, headers)
    const lines = createInterface({ input: response })[Symbol.asyncIterator]()
    return {
      async next() {
        const { value, done } = await lines.next()
        if (done) throw new Error('the watch has ended')
        return JSON.parse(value) as SeenEvent
      },
      close: () => void response.destroy(),
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #open(
    method: string,
    path: string,
    body: string | Buffer | undefined,
    headers: Record<string, string>,
  ): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const call = httpsRequest(this.#server.url + path, {
      method,
      agent: this.#agent,
      headers: {
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined
          ? {}
          : {
              'content-type': 'application/json',
              // Node.js sends the body of a DELETE without framing unless the length is set.
              'content-length': String(Buffer.byteLength(body)),
            }),
        'user-agent': 'test/1.0',
        ...headers,
      },
    })
    call.once('response', resolve).once('error', reject)
    call.end(body)
    return promise
  }
}
