import {
  applyDefaults,
  errors,
  fieldErrorMessage,
  pruneUnknownFields,
  SchemaValidator,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { OBJECT_META } from '../core-kinds/object-meta-schema.ts'
import { asObjectOf } from './object-body.ts'
import type { ResourceDefinition } from './resource-definition.ts'
import type { WriteOptions } from './write-options.ts'

/** How many such fields an answer names at most. */
const REPORTED_FIELDS_MAX = 100

const METADATA_VALIDATOR = new SchemaValidator(OBJECT_META)

/**
 * A client's body as an object of `definition`: known fields only, defaults filled in.
 * Fields that the schema does not know, or that came twice, are reported as `fieldValidation` asks.
 *
 * @param strictError how this verb words a refusal of unknown fields
 * @throws StatusError 400
 */
export function decodeObject(
  definition: ResourceDefinition,
  body: unknown,
  options: Pick<WriteOptions, 'fieldValidation' | 'warn' | 'duplicateFields'>,
  strictError: (message: string) => Error = (message) =>
    errors.badRequest(`${cannotBeHandled(definition)}: ${message}`),
): KubernetesObject {
  const object = asObjectOf(definition, body)
  checkMetadataTypes(definition, object)
  const { object: known, pruned } = pruneUnknownFields(object, definition.schema)
  const problems = [
    ...(options.duplicateFields ?? []).map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...pruned.map((path) => `unknown field ${JSON.stringify(path)}`),
  ]
  report(problems, options, strictError)
  return applyDefaults(known, definition.schema) as KubernetesObject
}

function checkMetadataTypes(definition: ResourceDefinition, object: KubernetesObject): void {
  const [first] = METADATA_VALIDATOR.validate(object.metadata, { path: 'metadata' })
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
  const reported = problems.slice(0, REPORTED_FIELDS_MAX)
  if (fieldValidation === 'Strict')
    throw strictError(`strict decoding error: ${reported.join(', ')}`)
  for (const problem of reported) warn(problem)
}

function cannotBeHandled({ kind, version }: ResourceDefinition): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}`
}
