import type { JsonObject } from '@fairlead/base'
import {
  type Adaptation,
  type Dialect,
  ModelError,
  unsupportedParameter,
  valueFormatOf,
} from '@fairlead/llm'
import type { AnswerSource } from '../answer/answer-source.ts'
import type { AnswerStream } from '../answer/answer-stream.ts'
import { receiveValue } from '../answer/value-answer.ts'
import type { CallRequest } from '../call/call-request.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { AttemptBody } from './assembled-call.ts'
import type { AttemptBodies } from './attempt-bodies.ts'

const asSent: Omit<AttemptBody, 'adapted' | 'bytes'> = {
  renamedTools: new Map(),
  answerer: undefined,
}

const purposeDropped: readonly Adaptation[] = [{ name: 'input_type', as: 'Dropped' }]

/** A call for vectors or ranks, to which the gateway adds nothing. */
export class AssembledValue implements AttemptBodies {
  readonly mustHideAdditions = false
  readonly #dialect: Dialect
  readonly #request: CallRequest
  readonly #decoded: unknown
  /** What only the caller's dialect, or nobody, knows. */
  readonly #others: JsonObject
  /** Whether it has the field that OpenAI does not know. */
  readonly #hasPurpose: boolean

  constructor(dialect: Dialect, request: CallRequest) {
    this.#dialect = dialect
    this.#request = request
    const fields: JsonObject = { ...request.fields(), model: request.model }
    this.#decoded = valueFormatOf(dialect).decodeRequest(fields)
    const { decidedFields } = dialect.passage
    this.#others = Object.fromEntries(
      Object.entries(fields).filter(
        ([name]) => name === 'user' || decidedFields.indexOf(name) === undefined,
      ),
    )
    this.#hasPurpose = fields['input_type'] !== undefined
    request.releaseFields()
  }

  /** As of a chat call: what the target does not know is dropped, forwarded or refused, as it says. */
  bodyFor(target: CallTarget): AttemptBody {
    const { dialect, encoding } = target.apiFor(this.#dialect)
    const { body, outline, sent } = this.#request
    const { model } = target
    if (dialect.name === this.#dialect.name) {
      const edit = { model, edits: {}, options: encoding, outline }
      const adapted = this.#hasPurpose ? purposeDropped : []
      return { ...asSent, adapted, bytes: dialect.passage.edit(body, sent, edit) ?? body }
    }
    const asked = { ...(this.#decoded as object), model }
    const encoded = valueFormatOf(dialect).encodeRequest(asked)
    const { adapted, forwarded } = this.#adapt(target)
    return { ...asSent, adapted, bytes: Buffer.from(JSON.stringify({ ...forwarded, ...encoded })) }
  }

  #adapt({ provider }: CallTarget): {
    readonly adapted: readonly Adaptation[]
    readonly forwarded: JsonObject
  } {
    const { unsupported } = provider.settings.parameters
    const names = Object.keys(this.#others)
    const [first] = names
    if (first === undefined) return { adapted: [], forwarded: {} }
    if (unsupported === 'Error') throw unsupportedParameter(`'${first}'`, first)
    const isForwarding = unsupported === 'Forward'
    const as = isForwarding ? 'Forwarded' : 'Dropped'
    return {
      adapted: names.map((name) => ({ name, as })),
      forwarded: isForwarding ? this.#others : {},
    }
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
