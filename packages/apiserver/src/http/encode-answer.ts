import { isJsonObject } from '@fairlead/base'

import { writeYaml } from '../decoding/write-yaml.ts'
import { encodingOf, parseAccept, type AnswerEncoding } from '../exchange/accept.ts'
import type { ApiResponse } from '../exchange/api-response.ts'
import { protobufMediaType, writeMessage, writeWatchFrame } from '../protobuf/protobuf-message.ts'
import { typeNameOf } from '../protobuf/type-name.ts'
import type { EventWriter } from '../watch/event-encoder.ts'

/**
 * The answer in the first encoding of an Accept header that it can have. JSON is what everything can
 * have, and what is sent to those who accept nothing else of what there is.
 */
export function encodeAnswer(accept: string, answer: ApiResponse): ApiResponse {
  const { object } = answer
  // Nearly all clients say one of these, or nothing.
  if (!isJsonObject(object) || accept === 'application/json' || accept === '*/*') return answer
  for (const entry of parseAccept(accept)) {
    const as = entry.parameters.get('as')
    const encoding = encodingOf(entry)
    if (encoding === undefined || (as !== undefined && as !== object['kind'])) continue
    const encoded = encodedAs(encoding, object, answer)
    if (encoded !== undefined) return encoded
  }
  return answer
}

function encodedAs(
  encoding: AnswerEncoding,
  object: Record<string, unknown>,
  answer: ApiResponse,
): ApiResponse | undefined {
  const { status, headers } = answer
  switch (encoding) {
    case 'json':
      return answer
    case 'yaml': {
      const body = writeYaml(object)
      return { status, headers: { ...headers, 'content-type': 'application/yaml' }, body }
    }
    case 'protobuf': {
      const body = protobufOf(object)
      if (body === undefined) return undefined
      return { status, headers: { ...headers, 'content-type': protobufMediaType }, body }
    }
  }
}

/** An event of a watch as a frame of protobuf, whose object has such a form. */
export const protobufEventFrame: EventWriter = (type, object) =>
  writeWatchFrame(type, (isJsonObject(object) ? protobufOf(object) : undefined) ?? Buffer.alloc(0))

/** An object as a protobuf message; undefined for a kind that has none. */
function protobufOf(object: Readonly<Record<string, unknown>>): Buffer | undefined {
  const { apiVersion, kind } = object
  // Tables are only ever JSON.
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === 'Table')
    return undefined
  const typeName = typeNameOf(apiVersion, kind)
  return typeName === undefined ? undefined : writeMessage(typeName, object, { apiVersion, kind })
}
