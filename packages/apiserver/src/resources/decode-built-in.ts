import { isJsonObject, type JsonObject } from '@fairlead/base'
import { errors, goQuote, type KubernetesObject } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { decodeMessage } from '../decoding/decode-message.ts'
import { EmptyValues } from '../decoding/empty-values.ts'
import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { typeNameOf } from '../protobuf/type-name.ts'
import { isOlderVersion } from './older-versions.ts'

/**
 * Decodes an object of a built-in kind as its type does in Go. What does not say its kind is of the
 * expected one. Empty lists and maps stay in it until they are settled.
 *
 * @throws StatusError 400 for an object of another kind, BodyError for a value of a wrong type
 */
export function decodeBuiltIn(
  definition: ResourceDefinition,
  body: unknown,
): { object: KubernetesObject; unknownFields: readonly string[]; empty: EmptyValues } {
  if (!isJsonObject(body)) throw new BodyError('the body is not an object')
  const expected = servedApiVersion(definition)
  const kind = textIn(body, 'kind') || definition.kind
  const apiVersion = completed(textIn(body, 'apiVersion'), definition)
  if (apiVersion !== expected || kind !== definition.kind) {
    throw otherKind(definition, kind, apiVersion, body)
  }
  const empty = new EmptyValues()
  const { object, unknownFields } = decodeMessage(
    definition.openApiName,
    { ...body, kind, apiVersion },
    empty,
  )
  return { object: object as unknown as KubernetesObject, unknownFields, empty }
}

function textIn(body: JsonObject, field: 'kind' | 'apiVersion'): string {
  const value = body[field]
  return typeof value === 'string' ? value : ''
}

/** A group without a version gets the expected one. */
function completed(apiVersion: string, definition: ResourceDefinition): string {
  const isOnlyGroup = apiVersion === '' || apiVersion === `${definition.group}/`
  return isOnlyGroup ? servedApiVersion(definition) : apiVersion
}

function otherKind(
  definition: ResourceDefinition,
  kind: string,
  apiVersion: string,
  body: JsonObject,
): Error {
  const version = apiVersion.split('/').at(-1) ?? apiVersion
  const expected = servedApiVersion(definition)
  const refuse = (problem: string): Error =>
    errors.badRequest(
      `${kind} in version ${goQuote(version)} cannot be handled as a ${definition.kind}: ${problem}`,
    )
  const type = typeNameOf(apiVersion, kind)
  const isOlder = kind === definition.kind && isOlderVersion(definition.group, kind, apiVersion)
  if (type === undefined && !isOlder) {
    return refuse(
      `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:100"`,
    )
  }
  try {
    if (type !== undefined) decodeMessage(type, body)
  } catch (error) {
    if (error instanceof BodyError) return refuse(error.message)
    throw error
  }
  const isSameGroup =
    apiVersion.slice(0, -version.length) === expected.slice(0, -definition.version.length)
  if (isOlder || (kind === definition.kind && isSameGroup)) {
    return errors.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    )
  }
  const hub = `${definition.group.split('.')[0] || 'core'}.${definition.kind}`
  return refuse(`converting (${version}.${kind}) to (${hub}): unknown conversion`)
}
