import type { DialectExtras, ModelResponse, StreamEvent } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from '../../answer-stream.ts'
import type { AnswerTransformer } from '../../answer-transform.ts'

/** What a provider says of a response that the gateway keeps, and not the provider. */
const ownFields: ReadonlySet<string> = new Set([
  'background',
  'completed_at',
  'conversation',
  'instructions',
  'metadata',
  'previous_response_id',
  'store',
])

interface Identity {
  readonly id: string
  readonly createdAt: number
}

/** Gives the answer of a call whose response is kept the identity under which it is. */
export const keptResponse: AnswerTransformer = {
  name: 'kept-response',
  transformFor({ response }) {
    if (response === undefined) return undefined
    const { id, created_at: createdAt } = response.response
    return {
      name: 'kept-response',
      takes: 'events',
      apply: (answer) => new KeptAnswer(answer, { id, createdAt }),
    }
  },
}

const noBytes = Buffer.alloc(0)

class KeptAnswer implements AnswerStream {
  readonly dialect = undefined
  readonly rest = noBytes
  readonly byteLength = undefined
  readonly #answer: AnswerStream
  readonly #identity: Identity

  constructor(answer: AnswerStream, identity: Identity) {
    this.#answer = answer
    this.#identity = identity
  }

  get status() {
    return this.#answer.status
  }

  get headers() {
    return this.#answer.headers
  }

  get isWhole() {
    return this.#answer.isWhole
  }

  get usage() {
    return this.#answer.usage
  }

  get isComplete() {
    return this.#answer.isComplete
  }

  get reportedError() {
    return this.#answer.reportedError
  }

  async next(): Promise<AnswerPiece | undefined> {
    const piece = await this.#answer.next()
    if (piece === undefined) return undefined
    let events: readonly StreamEvent[] | undefined
    return {
      bytes: noBytes,
      events: () => (events ??= piece.events().map((event) => this.#renamed(event))),
    }
  }

  response(): ModelResponse {
    const { extras, ...response } = this.#answer.response()
    return { ...response, ...this.#identity, ...withoutOwn(extras) }
  }

  #renamed(event: StreamEvent): StreamEvent {
    if (event.type === 'response-start') return { ...event, ...this.#identity }
    if (event.type !== 'finish') return event
    const { extras, ...finish } = event
    return { ...finish, ...withoutOwn(extras) }
  }
}

function withoutOwn(extras: DialectExtras | undefined): { readonly extras?: DialectExtras } {
  if (extras === undefined) return {}
  const fields = Object.entries(extras.fields).filter(([name]) => !ownFields.has(name))
  return { extras: { ...extras, fields: Object.fromEntries(fields) } }
}
