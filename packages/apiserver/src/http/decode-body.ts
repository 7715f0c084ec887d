import { errors, StatusError } from '@fairlead/kube-core'
import { parse as parseYaml } from 'yaml'

import { decodeProtobuf, protobufMediaType } from '../protobuf/decode-protobuf.ts'
import { refuseDeepNesting } from './nesting-depth.ts'

/** The media type of a Content-Type header, without parameters. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase()
}

/** Decodes a JSON, YAML or protobuf body. @throws StatusError 400 or 415 */
export function decodeBody(body: Buffer, contentType: string): unknown {
  const mediaType = mediaTypeOf(contentType)
  if (mediaType === '' || mediaType === 'application/json') return decodeJson(body)
  if (mediaType === 'application/yaml') return decodeYaml(body)
  if (mediaType === protobufMediaType) return decodeProtobuf(body)
  throw errors.unsupportedMediaType(
    'the body of the request was in an unknown format - accepted media types include: ' +
      `application/json, application/yaml, ${protobufMediaType}`,
  )
}

/** @throws StatusError 400 */
export function decodeJson(body: Buffer): unknown {
  const text = body.toString('utf8')
  try {
    return shallow(JSON.parse(text))
  } catch (error) {
    if (error instanceof StatusError) throw error
    throw errors.badRequest(
      `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ''}`,
      error,
    )
  }
}

/** JSON is also YAML, but much faster to parse as JSON. @throws StatusError 400 */
export function decodeYaml(body: Buffer): unknown {
  const text = body.toString('utf8')
  if (text.trimStart().startsWith('{')) {
    try {
      return shallow(JSON.parse(text))
    } catch (error) {
      if (error instanceof StatusError) throw error
      // A YAML flow mapping: fall through to the YAML parser.
    }
  }
  try {
    return shallow(parseYaml(text, { version: '1.1', schema: 'core', maxAliasCount: 100 }))
  } catch (error) {
    if (error instanceof StatusError) throw error
    throw errors.badRequest(
      `error decoding YAML: ${error instanceof Error ? error.message : ''}`,
      error,
    )
  }
}

function shallow(value: unknown): unknown {
  refuseDeepNesting(value)
  return value
}
