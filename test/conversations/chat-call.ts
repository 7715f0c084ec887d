import { type Agent, type ClientRequest, request } from 'node:http'
import type { Dialect, Item } from '@fairlead/llm'
import { ShownStream, shownItems } from './chat-surface.ts'

/** A call as it goes over the wire, so that it can be sent again. */
export interface WireCall {
  readonly dialect: Dialect
  readonly path: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly stream: boolean
}

/** What came of a call: the whole answer, or the error's status and text. */
export type CallResult =
  { readonly items: readonly Item[] } | { readonly status: number; readonly text: string }

/** A call of a chat interface that is under way. */
export class ChatCallUnderWay {
  readonly #request: ClientRequest
  readonly #shown: ShownStream
  readonly #begun = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<CallResult>()

  constructor(url: string, agent: Agent, { dialect, path, body, headers, stream }: WireCall) {
    this.#shown = new ShownStream(dialect)
    const fail = (error: Error) => {
      this.#begun.resolve()
      this.#ended.resolve({ status: 0, text: error.message })
    }
    const options = {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
        ...headers,
      },
    }
    this.#request = request(`${url}${path}`, options, (response) => {
      const status = response.statusCode ?? 0
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => {
        parts.push(part)
        if (stream && status === 200) this.#shown.push(part)
        if (this.shown().length > 0) this.#begun.resolve()
      })
      response.once('error', fail)
      response.once('end', () => {
        const text = Buffer.concat(parts).toString()
        this.#ended.resolve(this.#resultOf(status, text, dialect, stream))
        this.#begun.resolve()
      })
    })
    this.#request.once('error', fail)
    this.#request.end(body)
  }

  /** Resolves when something is shown, or the call has ended. */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  get ended(): Promise<CallResult> {
    return this.#ended.promise
  }

  /** What is on the screen. */
  shown(): readonly Item[] {
    return this.#shown.items()
  }

  /** Closes the connection. */
  leave(): void {
    this.#request.destroy()
  }

  #resultOf(status: number, text: string, dialect: Dialect, stream: boolean): CallResult {
    if (status !== 200) return { status, text }
    try {
      return { items: stream ? this.#shown.end() : shownItems(dialect, text) }
    } catch (error) {
      return { status, text: `${String(error)}: ${text}` }
    }
  }
}
