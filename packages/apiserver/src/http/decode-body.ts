import { isJsonObject, type JsonObject } from '@fairlead/base'
import { errors, goQuote } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { goNameOf } from '../decoding/decode-walk.ts'
import { parseJsonText } from '../decoding/json-text.ts'
import { parseYamlText } from '../decoding/yaml-text.ts'
import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { protobufMediaType, readEnvelope, readMessage } from '../protobuf/protobuf-message.ts'
import { typeNameOf } from '../protobuf/type-name.ts'

/** Bytes of a body that a message quotes. */
const summaryBytes = 30

/** What a body is expected to be, for messages; `custom` kinds must name themselves. */
type Expected = Pick<ResourceDefinition, 'group' | 'version' | 'kind'> & {
  readonly origin?: ResourceDefinition['origin']
}

/** The media type of a Content-Type header, without parameters. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase()
}

/** @throws StatusError 415 when a body of this type can be none of `expected` */
export function requireMediaType(contentType: string, { origin }: Pick<Expected, 'origin'>): void {
  const mediaType = mediaTypeOf(contentType)
  const isKnown = ['', 'application/json', 'application/yaml'].includes(mediaType)
  if (isKnown || (mediaType === protobufMediaType && origin !== 'custom')) return
  throw errors.unsupportedMediaType(
    'the body of the request was in an unknown format - accepted media types include: ' +
      `application/json, application/yaml, ${protobufMediaType}`,
  )
}

/**
 * Decodes the body of a request for `expected`: JSON, YAML or, for built-in kinds, protobuf. Its
 * `kind` and `apiVersion` are texts or absent; everything else is as it came.
 *
 * @throws StatusError 400 or 415, worded as by a real server
 */
export function decodeBody(body: Buffer, contentType: string, expected: Expected): JsonObject {
  requireMediaType(contentType, expected)
  const mediaType = mediaTypeOf(contentType)
  if (mediaType === protobufMediaType) return decodeProtobuf(body, expected)
  try {
    const isYaml = mediaType === 'application/yaml'
    return named(isYaml ? decodeYaml(body) : parsedJson(body), body, expected)
  } catch (error) {
    throw unrecognized(error, body, expected)
  }
}

/** JSON that is no object of a kind, such as a patch. @throws BodyError */
export function decodeJson(body: Buffer): unknown {
  return parseJsonText(body)
}

/** YAML, or JSON, which it includes. @throws BodyError */
export function decodeYaml(body: Buffer): unknown {
  return parseYamlText(body).value
}

function parsedJson(body: Buffer): unknown {
  try {
    return parseJsonText(body)
  } catch (error) {
    if (!(error instanceof BodyError)) throw error
    throw new BodyError(`couldn't get version/kind; json parse error: ${error.message}`)
  }
}

/** As Kubernetes finds the kind of a body. */
function named(value: unknown, body: Buffer, { origin }: Expected): JsonObject {
  const object = value === null ? {} : value
  if (!isJsonObject(object)) {
    const struct = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`
    throw noKind(`cannot unmarshal ${goNameOf(object)} into Go value of type ${struct}`)
  }
  const apiVersion = textIn(object, 'apiVersion')
  const kind = textIn(object, 'kind')
  if (apiVersion.split('/').length > 2) {
    throw new BodyError(`unexpected GroupVersion string: ${apiVersion}`)
  }
  if (origin === 'custom' && kind === '') {
    throw new BodyError(`Object 'Kind' is missing in '${body.toString('utf8')}'`)
  }
  return object
}

function textIn(object: JsonObject, name: 'apiVersion' | 'kind'): string {
  const value = object[name]
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  throw noKind(`cannot unmarshal ${goNameOf(value)} into Go struct field .${name} of type string`)
}

function noKind(problem: string): BodyError {
  return new BodyError(`couldn't get version/kind; json parse error: json: ${problem}`)
}

function decodeProtobuf(body: Buffer, expected: Expected): JsonObject {
  try {
    const { apiVersion, kind, bytes } = readEnvelope(body)
    const ownVersion = apiVersion || servedApiVersion(expected as ResourceDefinition)
    const ownKind = kind || expected.kind
    const typeName = typeNameOf(ownVersion, ownKind)
    if (typeName === undefined) return { apiVersion: ownVersion, kind: ownKind }
    return {
      apiVersion: ownVersion,
      kind: ownKind,
      ...messageOf(typeName, bytes, ownKind, ownVersion, expected),
    }
  } catch (error) {
    throw unrecognized(error, body, expected)
  }
}

function messageOf(
  typeName: string,
  bytes: Buffer,
  kind: string,
  apiVersion: string,
  expected: Expected,
): JsonObject {
  try {
    return readMessage(typeName, bytes)
  } catch (error) {
    if (!(error instanceof BodyError)) throw error
    throw cannotBeHandled(kind, apiVersion, expected.kind, error.message)
  }
}

/** Why an object of one kind was not taken where another is expected. */
function cannotBeHandled(
  kind: string,
  apiVersion: string,
  expectedKind: string,
  problem: string,
): Error {
  const version = apiVersion.split('/').at(-1) ?? apiVersion
  return errors.badRequest(
    `${kind} in version ${goQuote(version)} cannot be handled as a ${expectedKind}: ${problem}`,
  )
}

function unrecognized(error: unknown, body: Buffer, { kind }: Expected): unknown {
  if (!(error instanceof BodyError)) return error
  return errors.badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${error.message} (${summary(body)})`,
    error,
  )
}

/** The beginning of a body: an object's as it stands, any other's in hexadecimal digits. */
function summary(body: Buffer): string {
  if (body.length === 0) return '<empty>'
  const encoding = body[0] === 0x7b ? 'utf8' : 'hex'
  const start = body.subarray(0, summaryBytes).toString(encoding)
  return body.length > summaryBytes ? `${start} ...` : start
}
