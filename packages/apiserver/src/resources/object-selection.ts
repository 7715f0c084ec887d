import {
  errors,
  goQuote,
  parseFieldSelector,
  parseLabelSelector,
  type FieldSelector,
  type KubernetesObject,
  type LabelSelector,
} from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { evaluateFieldPath } from '../printing/json-path.ts'

/** Selects objects of a collection, for a list, watch or deletecollection. */
export interface ObjectSelection {
  /** Whether every object matches. */
  readonly all: boolean
  /** The only name that can match, if the selector fixes it. */
  readonly name?: string
  matches(object: KubernetesObject): boolean
}

/** Reads `labelSelector` and `fieldSelector`. @throws StatusError 400 */
export function parseSelection(
  definition: ResourceDefinition,
  query: URLSearchParams,
): ObjectSelection {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '')
  checkSupported(definition, fields)
  const name = fields.requirements.find(
    ({ path, operator }) => path === 'metadata.name' && operator === '=',
  )?.value
  return {
    all: labels.empty && fields.requirements.length === 0,
    ...(name === undefined ? {} : { name }),
    matches: (object) => matches(definition, object, labels, fields),
  }
}

function matches(
  definition: ResourceDefinition,
  object: KubernetesObject,
  labels: LabelSelector,
  fields: FieldSelector,
): boolean {
  if (!labels.empty && !labels.matches(object.metadata.labels)) return false
  if (fields.requirements.length === 0) return true
  return fields.matches(
    (path) => definition.selectableValue?.(object, path) ?? fieldValue(object, path),
  )
}

function fieldValue(object: KubernetesObject, path: string): string | undefined {
  const value = evaluateFieldPath(object, path)
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** As the field label conversions of the kinds in Kubernetes' core APIs. */
function checkSupported(definition: ResourceDefinition, selector: FieldSelector): void {
  const { selectableFields, origin, namespaced } = definition
  const hasDefaults = origin === 'built-in' && selectableFields.length === 0
  const isKnown = (path: string): boolean =>
    path === 'metadata.name' ||
    (path === 'metadata.namespace' && (namespaced || hasDefaults)) ||
    selectableFields.includes(path)
  const unknown = selector.requirements.find(({ path }) => !isKnown(path))?.path
  if (unknown === undefined) return
  throw errors.badRequest(
    hasDefaults
      ? `${goQuote(unknown)} is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${unknown}`,
  )
}
