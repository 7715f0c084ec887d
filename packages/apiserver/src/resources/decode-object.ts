import {
  applyDefaults,
  copyJson,
  errors,
  fieldErrorMessage,
  hasUnknownFields,
  lacksDefaults,
  pruneUnknownFields,
  SchemaValidator,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { objectMeta } from '../definitions/object-meta-schema.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { asObjectOf } from './object-body.ts'
import type { WriteOptions } from './write-options.ts'

/** Maximum number of such fields in one response. */
const reportedFieldsMax = 100

type DecodeOptions = Pick<WriteOptions, 'fieldValidation' | 'warn' | 'duplicateFields'>

const metadataValidator = new SchemaValidator(objectMeta)

/**
 * Decodes a client's body as an object of `definition`: pruned and defaulted. Unknown and duplicate
 * fields are reported as `fieldValidation` asks.
 *
 * @param strictError the error with which this verb refuses unknown fields
 * @throws StatusError 400
 */
export function decodeObject(
  definition: ResourceDefinition,
  body: unknown,
  options: DecodeOptions,
  strictError: (message: string) => Error = (message) =>
    errors.badRequest(`${cannotBeHandled(definition)}: ${message}`),
): KubernetesObject {
  const known = decodeKnownFields(definition, body, options, strictError)
  const { schema, writeRules } = definition
  const object = lacksDefaults(known, schema)
    ? (applyDefaults(known, schema) as KubernetesObject)
    : known
  if (writeRules.defaults === undefined) return object
  const defaulted = copyJson(object)
  writeRules.defaults(defaulted)
  return defaulted
}

/** Decodes without defaults: what a client said itself. As `decodeObject` in all else. */
export function decodeKnownFields(
  definition: ResourceDefinition,
  body: unknown,
  options: DecodeOptions,
  strictError: (message: string) => Error,
): KubernetesObject {
  const object = asObjectOf(definition, body)
  checkMetadataTypes(definition, object)
  const { object: known, pruned } = hasUnknownFields(object, definition.schema)
    ? pruneUnknownFields(object, definition.schema)
    : { object, pruned: [] }
  const problems = [
    ...(options.duplicateFields ?? []).map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...pruned.map((path) => `unknown field ${JSON.stringify(path)}`),
  ]
  report(problems, options, strictError)
  return known as KubernetesObject
}

function checkMetadataTypes(definition: ResourceDefinition, object: KubernetesObject): void {
  const [first] = metadataValidator.validate(object.metadata, { path: 'metadata' })
  if (first !== undefined) {
    throw errors.badRequest(`${cannotBeHandled(definition)}: ${fieldErrorMessage(first)}`)
  }
}

function report(
  problems: readonly string[],
  { fieldValidation, warn }: Pick<WriteOptions, 'fieldValidation' | 'warn'>,
  strictError: (message: string) => Error,
): void {
  if (problems.length === 0 || fieldValidation === 'Ignore') return
  const reported = problems.slice(0, reportedFieldsMax)
  if (fieldValidation === 'Strict')
    throw strictError(`strict decoding error: ${reported.join(', ')}`)
  for (const problem of reported) warn(problem)
}

function cannotBeHandled({ kind, version }: ResourceDefinition): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}`
}
