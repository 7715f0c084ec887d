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
import type { FieldValidation, WriteOptions } from './write-options.ts'

/** How many unknown fields an answer names at most. */
const REPORTED_FIELDS_MAX = 100

const METADATA_VALIDATOR = new SchemaValidator(OBJECT_META)

/**
 * A client's body as an object of `definition`: known fields only, defaults filled in.
 * Fields that the schema does not know are reported as `fieldValidation` asks.
 *
 * @param strictError how this verb words a refusal of unknown fields
 * @throws StatusError 400
 */
export function decodeObject(
  definition: ResourceDefinition,
  body: unknown,
  options: Pick<WriteOptions, 'fieldValidation' | 'warn'>,
  strictError: (message: string) => Error = (message) =>
    errors.badRequest(`${cannotBeHandled(definition)}: ${message}`),
): KubernetesObject {
  const object = asObjectOf(definition, body)
  checkMetadataTypes(definition, object)
  const { object: known, pruned } = pruneUnknownFields(object, definition.schema)
  reportUnknownFields(pruned, options.fieldValidation, options.warn, strictError)
  return applyDefaults(known, definition.schema) as KubernetesObject
}

function checkMetadataTypes(definition: ResourceDefinition, object: KubernetesObject): void {
  const [first] = METADATA_VALIDATOR.validate(object.metadata, { path: 'metadata' })
  if (first !== undefined) {
    throw errors.badRequest(`${cannotBeHandled(definition)}: ${fieldErrorMessage(first)}`)
  }
}

function reportUnknownFields(
  paths: readonly string[],
  validation: FieldValidation,
  warn: (message: string) => void,
  strictError: (message: string) => Error,
): void {
  if (paths.length === 0 || validation === 'Ignore') return
  const messages = paths
    .slice(0, REPORTED_FIELDS_MAX)
    .map((path) => `unknown field ${JSON.stringify(path)}`)
  if (validation === 'Strict') throw strictError(`strict decoding error: ${messages.join(', ')}`)
  for (const message of messages) warn(message)
}

function cannotBeHandled({ kind, version }: ResourceDefinition): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}`
}
