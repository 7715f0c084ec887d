import { deepEqual } from '@fairlead/kube-core'
import type { TypedObject } from '@fairlead/kube-core'

const fieldsLimit = 8
const pathLimit = 128

/** `status.count`, `metadata.labels.x`: the fields that differ between two versions, at most eight. */
export function changedFields(before: TypedObject, after: TypedObject): readonly string[] {
  const fields: string[] = []
  collect(before, after, '', fields)
  return fields
}

const ofEveryWrite = new Set(['metadata.resourceVersion', 'metadata.managedFields'])

function collect(before: unknown, after: unknown, path: string, fields: string[]): void {
  if (before === after || fields.length >= fieldsLimit || ofEveryWrite.has(path)) return
  if (!isRecord(before) || !isRecord(after)) {
    if (!deepEqual(before, after)) fields.push(path.slice(0, pathLimit))
    return
  }
  for (const name of Object.keys(before)) {
    collect(before[name], after[name], pathOf(path, name), fields)
  }
  for (const name of Object.keys(after)) {
    if (!Object.hasOwn(before, name)) collect(undefined, after[name], pathOf(path, name), fields)
  }
}

function pathOf(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
