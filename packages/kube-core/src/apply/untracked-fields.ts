import type { FieldPath } from './field-path.ts'
import { FieldSet, fieldSetOfPaths } from './field-set.ts'
import { fieldElement } from './path-element.ts'

/** Fields that identify an object or are set by the server: nobody owns them. */
export const untrackedFields: FieldSet = fieldSetOfPaths(
  [
    ['apiVersion'],
    ['kind'],
    ['metadata'],
    ['metadata', 'name'],
    ['metadata', 'namespace'],
    ['metadata', 'creationTimestamp'],
    ['metadata', 'selfLink'],
    ['metadata', 'uid'],
    ['metadata', 'clusterName'],
    ['metadata', 'generation'],
    ['metadata', 'managedFields'],
    ['metadata', 'resourceVersion'],
  ].map((path) => path.map(fieldElement)),
)

/** The fields that an endpoint resets, including everything below them. */
export function resetFieldSet(paths: readonly FieldPath[] | undefined): FieldSet {
  if (paths === undefined) return FieldSet.empty
  return fieldSetOfPaths(paths.map((path) => path.map(fieldElement)))
}
