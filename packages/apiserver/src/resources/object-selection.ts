import {
  errors,
  parseFieldSelector,
  parseLabelSelector,
  type FieldSelector,
  type KubernetesObject,
  type LabelSelector,
} from '@fairlead/kube-core'

import { evaluateFieldPath } from '../printing/json-path.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'

/** Which objects of a collection a list, a watch or a deletion is about. */
export interface ObjectSelection {
  /** Whether everything matches. */
  readonly all: boolean
  /** The one name that can match, if the selector pins it. */
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
    matches: (object) => matches(object, labels, fields),
  }
}

function matches(object: KubernetesObject, labels: LabelSelector, fields: FieldSelector): boolean {
  if (!labels.empty && !labels.matches(object.metadata.labels)) return false
  if (fields.requirements.length === 0) return true
  return fields.matches((path) => fieldValue(object, path))
}

function fieldValue(object: KubernetesObject, path: string): string | undefined {
  const value = evaluateFieldPath(object, path)
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function checkSupported(definition: ResourceDefinition, selector: FieldSelector): void {
  const known = ['metadata.name', 'metadata.namespace', ...definition.selectableFields]
  for (const { path } of selector.requirements) {
    if (known.includes(path)) continue
    throw errors.badRequest(`field label not supported: ${path}`)
  }
}
