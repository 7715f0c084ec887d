import { isJsonObject } from '@fairlead/base'
import { fieldErrorMessage, invalidField, type StructuralSchema } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { decodeMessage } from '../decoding/decode-message.ts'

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/**
 * A value with the metadata of the objects that its schema says are in it decoded as Go's type does;
 * shares what has none. As Coerce in Kubernetes' apiextensions-apiserver.
 *
 * @throws BodyError for a wrong type, naming the field
 */
export function decodeEmbedded(value: unknown, schema: StructuralSchema, path: string): unknown {
  if (Array.isArray(value)) {
    const { items } = schema
    if (items === undefined) return value
    const decoded = value.map((item, index) => decodeEmbedded(item, items, `${path}[${index}]`))
    return decoded.some((item, index) => item !== value[index]) ? decoded : value
  }
  if (!isJsonObject(value)) return value
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const changed: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) {
    const field = path === '' ? name : `${path}.${name}`
    const property = schemaOf(schema, name)
    const known = isEmbedded ? decodeTypeMember(name, member, field) : member
    const decoded = property === undefined ? known : decodeEmbedded(known, property, field)
    if (decoded !== member) changed.push([name, decoded])
  }
  return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) }
}

/** Whether objects are in objects of this schema, so that they have to be looked for. */
export function hasEmbedded(schema: StructuralSchema): boolean {
  if (schema['x-kubernetes-embedded-resource'] === true) return true
  const { items, properties, additionalProperties } = schema
  const inside = [
    ...(items === undefined ? [] : [items]),
    ...Object.values(properties ?? {}),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ]
  return inside.some(hasEmbedded)
}

function decodeTypeMember(name: string, value: unknown, field: string): unknown {
  if (name === 'metadata') return decodeMetadata(value, field)
  if ((name === 'apiVersion' || name === 'kind') && typeof value !== 'string') {
    throw new BodyError(fieldErrorMessage(invalidField(field, value, 'must be a string')))
  }
  return value
}

/** `creationTimestamp` is absent rather than null. */
function decodeMetadata(value: unknown, field: string): unknown {
  try {
    const { creationTimestamp, ...others } = decodeMessage(objectMeta, value ?? null).object
    return creationTimestamp === null ? others : { ...others, creationTimestamp }
  } catch (error) {
    if (!(error instanceof BodyError)) throw error
    throw new BodyError(fieldErrorMessage(invalidField(field, value, error.message)))
  }
}

function schemaOf(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name]
  const { additionalProperties } = schema
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}
