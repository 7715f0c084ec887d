import type { DialectExtras, ModelResponse, StreamEvent } from '@fairlead/llm'
import type { AnswerTransformer } from '../../answer-transform.ts'
import { type AnswerChange, ChangedAnswer } from '../../changed-answer.ts'

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
      apply: (answer) => new ChangedAnswer(answer, new KeptIdentity({ id, createdAt })),
    }
  },
}

class KeptIdentity implements AnswerChange {
  readonly #identity: Identity

  constructor(identity: Identity) {
    this.#identity = identity
  }

  events(event: StreamEvent): readonly StreamEvent[] {
    if (event.type === 'response-start') return [{ ...event, ...this.#identity }]
    if (event.type !== 'finish') return [event]
    const { extras, ...finish } = event
    return [{ ...finish, ...withoutOwn(extras) }]
  }

  response({ extras, ...response }: ModelResponse): ModelResponse {
    return { ...response, ...this.#identity, ...withoutOwn(extras) }
  }
}

function withoutOwn(extras: DialectExtras | undefined): { readonly extras?: DialectExtras } {
  if (extras === undefined) return {}
  const fields = Object.entries(extras.fields).filter(([name]) => !ownFields.has(name))
  return { extras: { ...extras, fields: Object.fromEntries(fields) } }
}
