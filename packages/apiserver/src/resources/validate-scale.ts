import { isJsonObject } from '@fairlead/base'
import type { FieldError, KubernetesObject } from '@fairlead/kube-core'

import type { ScalePaths } from '../definitions/resource-definition.ts'

const replicasMax = 2 ** 31 - 1

/**
 * What is wrong with the replicas that the scale of an object asks for. As ValidateScaleSpec in
 * Kubernetes' apiextensions-apiserver.
 */
export function validateScaleSpec(
  { specReplicasPath }: ScalePaths,
  object: KubernetesObject,
): FieldError[] {
  return checkReplicas(object, specReplicasPath)
}

/** What is wrong with the status that the scale of an object shows. As ValidateScaleStatus. */
export function validateScaleStatus(
  { statusReplicasPath, labelSelectorPath }: ScalePaths,
  object: KubernetesObject,
): FieldError[] {
  return [
    ...checkReplicas(object, statusReplicasPath),
    ...(labelSelectorPath ? checkSelector(object, labelSelectorPath) : []),
  ]
}

function checkReplicas(object: KubernetesObject, path: string): FieldError[] {
  const found = valueAt(object, path)
  const invalid = (badValue: number, detail: string): FieldError[] => [
    { type: 'Invalid', field: path, badValue, detail },
  ]
  if (found.problem !== undefined) return invalid(0, found.problem)
  const { value } = found
  if (value === undefined) return []
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return invalid(0, accessorProblem(path, value, 'int64'))
  }
  if (value < 0) return invalid(value, 'should be a non-negative integer')
  return value > replicasMax ? invalid(value, `should be less than or equal to ${replicasMax}`) : []
}

function checkSelector(object: KubernetesObject, path: string): FieldError[] {
  const { value, problem } = valueAt(object, path)
  const isText = value === undefined || typeof value === 'string'
  const detail = problem ?? (isText ? undefined : accessorProblem(path, value, 'string'))
  return detail === undefined ? [] : [{ type: 'Invalid', field: path, badValue: '', detail }]
}

/** The value at a path of field names, or why there can be none. */
function valueAt(
  object: KubernetesObject,
  path: string,
): { readonly value?: unknown; readonly problem?: string } {
  const names = path.replace(/^\./, '').split('.')
  let value: unknown = object
  for (const name of names) {
    if (value === undefined || value === null) return {}
    if (!isJsonObject(value)) {
      return { problem: accessorProblem(path, value, 'map[string]interface{}') }
    }
    value = Object.hasOwn(value, name) ? value[name] : undefined
  }
  return { value }
}

function accessorProblem(path: string, value: unknown, expected: string): string {
  const names = path.replace(/^\./, '')
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  return `.${names} accessor error: ${shown} is of the type ${goType(value)}, expected ${expected}`
}

function goType(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'string' ? 'string' : 'map[string]interface {}'
}
