import { append, isJsonObject, type JsonObject } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { checkDns1035Label } from '../metadata/names.ts'
import { validateObjectMeta } from '../metadata/validate-object-meta.ts'
import type { ObjectMeta } from '../object.ts'
import { fieldSchema, pathOfField } from './field-schema.ts'
import { child, invalid, required } from './schema-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * What is wrong with the objects inside of a value, besides what their schemas say: each must have a
 * type, and its metadata must be such. As objectmeta.Validate in Kubernetes' apiextensions-apiserver.
 */
export function validateEmbedded(
  value: unknown,
  schema: StructuralSchema,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (Array.isArray(value) && schema.items) {
    for (const [index, item] of value.entries()) {
      append(errors, validateEmbedded(item, schema.items, `${path}[${index}]`))
    }
  }
  if (!isJsonObject(value)) return errors
  if (schema['x-kubernetes-embedded-resource']) append(errors, validateObject(value, path))
  for (const [name, field] of Object.entries(value)) {
    const below = fieldSchema(schema, name)
    if (below) append(errors, validateEmbedded(field, below, pathOfField(schema, path, name)))
  }
  return errors
}

function validateObject(object: JsonObject, path: string): FieldError[] {
  const { apiVersion, kind, metadata } = object
  return [
    ...checkText(apiVersion, child(path, 'apiVersion'), apiVersionProblem),
    ...checkText(kind, child(path, 'kind'), kindProblem),
    ...(isJsonObject(metadata) ? checkMetadata(metadata, path) : []),
  ]
}

function checkText(
  value: unknown,
  field: string,
  problemOf: (text: string) => string | undefined,
): FieldError[] {
  if (value === undefined) return [required(field, 'must not be empty')]
  if (typeof value !== 'string') return [invalid(field, value, 'must be a string')]
  const problem = value === '' ? 'must not be empty' : problemOf(value)
  return problem === undefined ? [] : [invalid(field, value, problem)]
}

function apiVersionProblem(apiVersion: string): string | undefined {
  const parts = apiVersion.split('/').length
  return parts > 2 ? `unexpected GroupVersion string: ${apiVersion}` : undefined
}

function kindProblem(kind: string): string | undefined {
  const problems = checkDns1035Label(kind.toLowerCase())
  if (problems.length === 0) return undefined
  return `may have mixed case, but should otherwise match: ${problems.join(',')}`
}

/** An embedded object may be without a name. */
function checkMetadata(metadata: JsonObject, path: string): FieldError[] {
  // Those of objects have been decoded; a default may still be anything.
  if (!hasRightTypes(metadata)) {
    return [invalid(child(path, 'metadata'), metadata, 'must result in valid metadata')]
  }
  const { name = 'fakename', ...rest } = metadata as ObjectMeta
  const rules = { namespaced: Boolean(rest.namespace), nameRule: 'path-segment' } as const
  return validateObjectMeta({ ...rest, name: name === '' ? 'fakename' : name }, rules).map(
    (error) => ({ ...error, field: child(path, error.field) }),
  )
}

function hasRightTypes(metadata: JsonObject): boolean {
  const { labels, annotations, finalizers, ownerReferences, managedFields } = metadata
  const { name, generateName, namespace, uid } = metadata
  return (
    [name, generateName, namespace, uid].every(isTextOrAbsent) &&
    [labels, annotations].every((map) => map === undefined || hasTexts(map)) &&
    (finalizers === undefined || (Array.isArray(finalizers) && finalizers.every(isText))) &&
    [ownerReferences, managedFields].every((list) => list === undefined || hasObjects(list))
  )
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function hasTexts(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every(isText)
}

function hasObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(isJsonObject)
}
