import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import {
  invalidField,
  isGiven,
  missingField,
  readModelName,
  readOptional,
  readPositiveInteger,
  readString,
} from '../../json/request-field.ts'
import type {
  EmbeddingsPurpose,
  EmbeddingsRequest,
} from '../../operations/embeddings/embeddings-request.ts'

/** As OpenAI has it. */
const inputsMax = 2048

/** Reads a body of `POST /v1/embeddings`. */
export function decodeRequest(body: JsonObject): EmbeddingsRequest {
  const dimensions = readOptional(body['dimensions'], 'dimensions', readPositiveInteger)
  const purpose = readOptional(body['input_type'], 'input_type', readPurpose)
  readOptional(body['user'], 'user', readString)
  return {
    model: readOptional(body['model'], 'model', readModelName) ?? '',
    inputs: readInputs(body['input']),
    encoding: readOptional(body['encoding_format'], 'encoding_format', readEncoding) ?? 'float',
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(purpose === undefined ? {} : { purpose }),
  }
}

function readInputs(input: unknown): EmbeddingsRequest['inputs'] {
  if (!isGiven(input)) throw missingField('input', 'give a text, or a list of texts')
  if (typeof input === 'string') return [readText(input, 'input')]
  if (!Array.isArray(input)) {
    throw invalidField('input', 'it must be a text, a list of texts, or a list of tokens.')
  }
  if (input.length === 0) throw invalidField('input', 'it is empty; give at least one text.')
  if (numberOrUndefined(input[0]) !== undefined) return [readTokens(input, 'input')]
  if (input.length > inputsMax) {
    throw invalidField('input', `it has more than ${inputsMax} entries; send several calls.`)
  }
  return input.map((one: unknown, index) => {
    const param = `input[${index}]`
    return Array.isArray(one) ? readTokens(one, param) : readText(one, param)
  })
}

function readText(value: unknown, param: string): string {
  const text = readString(value, param)
  if (text === '') throw invalidField(param, 'it is empty; leave it out.')
  return text
}

function readTokens(values: readonly unknown[], param: string): readonly number[] {
  if (values.length === 0) throw invalidField(param, 'it is empty; leave it out.')
  return values.map((value, index) => {
    const token = numberOrUndefined(value)
    if (token !== undefined && Number.isInteger(token) && token >= 0) return token
    throw invalidField(`${param}[${index}]`, 'a token must be a whole number.')
  })
}

function readEncoding(value: unknown, param: string): EmbeddingsRequest['encoding'] {
  if (value === 'float' || value === 'base64') return value
  throw invalidField(param, 'it must be "float" or "base64".')
}

const purposes: ReadonlyMap<unknown, EmbeddingsPurpose> = new Map([
  ['document', 'document'],
  ['search_document', 'document'],
  ['passage', 'document'],
  ['query', 'query'],
  ['search_query', 'query'],
])

/** OpenAI has no such field; servers of its dialect that have one use these words. */
function readPurpose(value: unknown, param: string): EmbeddingsPurpose {
  const purpose = isJsonObject(value) ? undefined : purposes.get(value)
  if (purpose !== undefined) return purpose
  throw invalidField(param, 'it must be "document" or "query".')
}
