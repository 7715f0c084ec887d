import { type Dialect, ModelError, valueFormatOf } from '@fairlead/llm'
import { AssembledValue } from '../assembly/assembled-value.ts'
import type { Call } from '../call/call.ts'
import { readValueRequest } from '../call/read-value-request.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { OwnCall } from './make-own-call.ts'

/** Some hundred vectors of some thousand numbers, as text. */
const answerBytesMax = 32 * 1024 * 1024

interface ValueCall<T> {
  readonly dialect: Dialect
  readonly fields: object
  /** Other fields, for the targets that it was routed to; undefined for the same. */
  readonly fieldsFor?: (call: Call) => object | undefined
  readonly changed: OwnCall<T>['changed']
  /** What is wanted of the answer, decoded. Throws a ModelError for one that does not fit. */
  readonly result: (answer: object) => T
}

/** A call whose request and answer are one value each. */
export function valueCall<T>({
  changed,
  dialect,
  fields,
  fieldsFor,
  result,
}: ValueCall<T>): OwnCall<T> {
  const body = Buffer.from(JSON.stringify(fields))
  return {
    dialect,
    bytes: body.length,
    use: { passes: true, needsEvents: false, heldBytesMax: answerBytesMax },
    read: (call) => readValueRequest(body, call),
    changed,
    assemble(call) {
      const others = fieldsFor?.(call)
      if (others !== undefined) {
        call.request = readValueRequest(Buffer.from(JSON.stringify(others)), call)
      }
      return new AssembledValue(dialect, call.request)
    },
    result: (_answer, { record, request }, bytes) => {
      const format = valueFormatOf(dialect)
      const asked = format.decodeRequest({ ...request.fields(), model: request.model })
      return result(format.decodeResponse(parsed(bytes, record.target?.provider.key ?? ''), asked))
    },
  }
}

function parsed(bytes: Buffer, provider: string): object {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value
  } catch (cause) {
    throw gatewayError.upstreamInvalidResponse(provider, 'not a JSON object').with({ cause })
  }
  throw gatewayError.upstreamInvalidResponse(provider, 'not a JSON object')
}

/** The error for an answer that is one, but not to what was asked. */
export function unfitAnswer(model: string, detail: string): ModelError {
  return new ModelError('upstream', `The model "${model}" ${detail}.`, {
    code: 'upstream_invalid_response',
  })
}
