import {
  applyDefaults,
  errors,
  fieldErrorMessage,
  pruneUnknownFields,
  SchemaValidator,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { objectMeta } from '../definitions/object-meta-schema.ts'
import { asObjectOf } from './object-body.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { WriteOptions } from './write-options.ts'

/** How many such fields an answer names at most. */
const reportedFieldsMax = 100

const metadataValidator = new SchemaValidator(objectMeta)

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
