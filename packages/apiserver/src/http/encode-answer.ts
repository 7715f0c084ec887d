import { isJsonObject } from '@fairlead/base'

import { writeYaml, yamlPieces } from '../decoding/write-yaml.ts'
import { encodingOf, parseAccept, type AnswerEncoding } from '../exchange/accept.ts'
import type { ApiResponse } from '../exchange/api-response.ts'
import { listMessageParts } from '../protobuf/list-parts.ts'
import { protobufMediaType, writeMessage, writeWatchFrame } from '../protobuf/protobuf-message.ts'
import { typeNameOf } from '../protobuf/type-name.ts'
import type { EventWriter } from '../watch/event-encoder.ts'
import type { AnswerForm } from './answer-form.ts'
import { inParts } from './in-parts.ts'
import { indented, jsonPieces } from './json-pieces.ts'
import { longList } from './long-list.ts'

/** What is made as the client takes it. */
export type AnswerParts = Iterable<string | Buffer> | AsyncIterable<Buffer>

/** An answer as it is sent. */
export interface EncodedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | AnswerParts
  /** It is compressed when it is long. */
  readonly mayCompress: boolean
}

/**
 * The answer in the first encoding of an Accept header that it can have. JSON is what everything can
 * have, and what is sent to those who accept nothing else of what there is.
 */
export function encodeAnswer(form: AnswerForm, answer: ApiResponse): EncodedAnswer {
  const { object, status } = answer
  if (!isJsonObject(object)) {
    const mayCompress = form.takesGzip && answer.isCompressible === true
    return { status, headers: answer.headers, body: answer.body, mayCompress }
  }
  const { encoding, body } = encodedObject(form, object, answer)
  const contentType = contentTypes[encoding]
  const headers =
    contentType === undefined ? answer.headers : { ...answer.headers, 'content-type': contentType }
  return { status, headers, body, mayCompress: form.takesGzip }
}

/** That of JSON is the answer's own. */
const contentTypes = {
  json: undefined,
  yaml: 'application/yaml',
  protobuf: protobufMediaType,
} as const satisfies Record<AnswerEncoding, string | undefined>

type Encoded = { readonly encoding: AnswerEncoding } & Pick<EncodedAnswer, 'body'>

function encodedObject(
  { accept, isPretty }: AnswerForm,
  object: Readonly<Record<string, unknown>>,
  answer: ApiResponse,
): Encoded {
  for (const encoding of encodingsFor(accept, object)) {
    if (encoding === 'json') break
    const body = encoding === 'yaml' ? yamlOf(object) : protobufOf(object)
    if (body !== undefined) return { encoding, body }
  }
  return { encoding: 'json', body: jsonOf(object, isPretty, answer) }
}

/** The encodings that a client takes, the preferred first. */
function* encodingsFor(
  accept: string,
  object: Readonly<Record<string, unknown>>,
): Generator<AnswerEncoding> {
  // Nearly all clients say one of these, or nothing.
  if (accept === 'application/json' || accept === '*/*') return
  for (const entry of parseAccept(accept)) {
    const as = entry.parameters.get('as')
    const encoding = encodingOf(entry)
    if (encoding !== undefined && (as === undefined || as === object['kind'])) yield encoding
  }
}

function jsonOf(object: object, isPretty: boolean, answer: ApiResponse): EncodedAnswer['body'] {
  const list = longList(object)
  if (list !== undefined) return inParts(jsonPieces(list, isPretty))
  return isPretty ? indented(object) : answer.body
}

function yamlOf(object: Readonly<Record<string, unknown>>): EncodedAnswer['body'] {
  return longList(object) === undefined ? writeYaml(object) : inParts(yamlPieces(object))
}

/** An event of a watch as a frame of protobuf, whose object has such a form. */
export const protobufEventFrame: EventWriter = (type, value) => {
  const object = isJsonObject(value) ? value : {}
  const message = messageOf(object)
  if (message === undefined) return writeWatchFrame(type, Buffer.alloc(0))
  return writeWatchFrame(type, writeMessage(message.typeName, object, message))
}

function protobufOf(object: Readonly<Record<string, unknown>>): EncodedAnswer['body'] | undefined {
  const message = messageOf(object)
  if (message === undefined) return undefined
  const { typeName } = message
  return longList(object) === undefined
    ? writeMessage(typeName, object, message)
    : listMessageParts(typeName, object, message)
}

/** The message that an object can be written as; undefined for a kind that has none. */
function messageOf({ apiVersion, kind }: Readonly<Record<string, unknown>>) {
  // Tables are only ever JSON.
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === 'Table') {
    return undefined
  }
  const typeName = typeNameOf(apiVersion, kind)
  return typeName === undefined ? undefined : { typeName, apiVersion, kind }
}
