import { Agent, request } from 'node:https'
import { createInterface } from 'node:readline'
import type { IncomingMessage } from 'node:http'
import { isJsonObject, parseJson } from '@fairlead/base'

/** How a server that was started says it can be reached. */
export interface Reached {
  readonly url: string
  readonly caCertificate: string
  readonly adminToken: string
}

type Json = Record<string, unknown>

/** Connections to one life of a server; what is sent fails when that ends. */
export class ApiConnection {
  readonly #reached: Reached
  readonly #agent: Agent

  constructor(reached: Reached) {
    this.#reached = reached
    this.#agent = new Agent({ ca: reached.caCertificate, keepAlive: true })
  }

  async send(method: string, path: string, body?: Json): Promise<{ status: number; body: Json }> {
    const response = await this.#open(method, path, body)
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { status: response.statusCode ?? 0, body: objectOf(text) }
  }

  /** Gives every event of a watch to `see`, until it ends or breaks off. */
  async watch(path: string, see: (event: Json) => void): Promise<void> {
    const response = await this.#open('GET', path)
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    createInterface({ input: response })
      .on('line', (line) => see(objectOf(line)))
      // That the connection was lost is the end of the watch.
      .on('error', () => {})
    response.on('close', resolve)
    await ended
  }

  close(): void {
    this.#agent.destroy()
  }

  #open(method: string, path: string, body?: Json): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const { url, adminToken } = this.#reached
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      authorization: `Bearer ${adminToken}`,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    }
    request(url + path, { method, agent: this.#agent, headers })
      .once('response', resolve)
      .once('error', reject)
      .end(text)
    return promise
  }
}

function objectOf(text: string): Json {
  const value = parseJson(text)
  if (!isJsonObject(value)) throw new Error(`not an object: ${text.slice(0, 100)}`)
  return value
}
