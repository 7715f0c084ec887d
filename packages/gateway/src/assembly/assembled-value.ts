import { type Dialect, ModelError, valueFormatOf } from '@fairlead/llm'
import type { AnswerSource } from '../answer/answer-source.ts'
import type { AnswerStream } from '../answer/answer-stream.ts'
import { receiveValue } from '../answer/value-answer.ts'
import type { CallRequest } from '../call/call-request.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { AttemptBody } from './assembled-call.ts'
import type { AttemptBodies } from './attempt-bodies.ts'

const asSent: Omit<AttemptBody, 'bytes'> = {
  adapted: [],
  renamedTools: new Map(),
  answerer: undefined,
}

/** A call for vectors or ranks, to which the gateway adds nothing. */
export class AssembledValue implements AttemptBodies {
  readonly mustHideAdditions = false
  readonly #dialect: Dialect
  readonly #request: CallRequest
  readonly #decoded: unknown

  constructor(dialect: Dialect, request: CallRequest) {
    this.#dialect = dialect
    this.#request = request
    const fields = { ...request.fields(), model: request.model }
    this.#decoded = valueFormatOf(dialect).decodeRequest(fields)
    request.releaseFields()
  }

  /** As of a chat call. */
  bodyFor(target: CallTarget): AttemptBody {
    const { dialect, encoding } = target.apiFor(this.#dialect)
    const { body, outline, sent } = this.#request
    const { model } = target
    if (dialect.name === this.#dialect.name) {
      const edit = { model, edits: {}, options: encoding, outline }
      return { ...asSent, bytes: dialect.passage.edit(body, sent, edit) ?? body }
    }
    const asked = { ...(this.#decoded as object), model }
    const encoded = valueFormatOf(dialect).encodeRequest(asked)
    return { ...asSent, bytes: Buffer.from(JSON.stringify(encoded)) }
  }

  receive(source: AnswerSource): Promise<AnswerStream> {
    return receiveValue(source, this.#dialect, this.#decoded)
  }

  accountAt(): undefined {
    return undefined
  }

  items(): readonly [] {
    return []
  }

  promptTarget(): never {
    throw new ModelError('internal', 'A call for vectors or ranks has no prompt.')
  }
}
