import { Agent, request, type IncomingMessage } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { BenchedApiServer } from './api-server.ts'

/** Requests to an API server over a number of connections, with nothing of a Kubernetes client. */
export class ApiServerClient {
  readonly #server: Pick<BenchedApiServer, 'url' | 'token'>
  readonly #agent: Agent
  readonly #request: typeof request

  /** `connections`: how many are open at most; further requests wait. */
  constructor(server: Pick<BenchedApiServer, 'url' | 'ca' | 'token'>, connections: number) {
    const isSecure = server.url.startsWith('https:')
    const options = { keepAlive: true, maxSockets: connections }
    this.#server = server
    this.#agent = isSecure ? new SecureAgent({ ...options, ca: server.ca }) : new Agent(options)
    this.#request = isSecure ? secureRequest : request
  }

  /** Resolves to the length of the answer's body in bytes; rejects unless the status is a good one. */
  async request(method: string, path: string, body?: string): Promise<number> {
    const answer = await this.open(method, path, body)
    let bytes = 0
    for await (const part of answer) bytes += (part as Buffer).length
    return bytes
  }

  /** Resolves once the answer has begun; rejects unless its status is a good one. */
  open(method: string, path: string, body?: string): Promise<IncomingMessage> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.#server.token}`,
      accept: 'application/json',
      ...(body === undefined
        ? {}
        : {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
    }
    return new Promise((resolve, reject) => {
      this.#request(`${this.#server.url}${path}`, { method, headers, agent: this.#agent })
        .once('response', (answer: IncomingMessage) => {
          const { statusCode = 0 } = answer
          if (statusCode < 300) return resolve(answer)
          answer.resume()
          reject(new Error(`${method} ${path} is answered ${statusCode}`))
        })
        .once('error', reject)
        .end(body)
    })
  }

  /** Closes all connections. */
  close(): void {
    this.#agent.destroy()
  }
}
