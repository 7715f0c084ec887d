import { isJsonObject } from '@fairlead/base'
import { deepEqual } from '@fairlead/kube-core'

/** A field that differs; undefined where it is absent. */
export interface ChangedField {
  /** Such as `spec.rules[0].weight`. */
  readonly field: string
  readonly from: unknown
  readonly to: unknown
}

/** The deepest fields in which two JSON values differ. Elements of lists are compared by their place. */
export function changedFields(from: unknown, to: unknown, field = ''): readonly ChangedField[] {
  if (deepEqual(from, to)) return []
  if (isJsonObject(from) && isJsonObject(to)) {
    const names = new Set([...Object.keys(from), ...Object.keys(to)])
    return [...names].flatMap((name) =>
      changedFields(from[name], to[name], field === '' ? name : `${field}${member(name)}`),
    )
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    const [before, after] = [from as readonly unknown[], to as readonly unknown[]]
    return Array.from({ length: Math.max(before.length, after.length) }).flatMap((_, index) =>
      changedFields(before[index], after[index], `${field}[${index}]`),
    )
  }
  return [{ field, from, to }]
}

function member(name: string): string {
  return /^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}
