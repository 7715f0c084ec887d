import { deepEqual } from '@fairlead/kube-core'

import type { Fields } from '../../definitions/fields.ts'

/**
 * Which fields at a path differ, a line each: what stands where the real server compares both
 * objects in Go's notation.
 */
export function changedFields(next: Fields, before: Fields, path: string): string {
  const names = new Set([...Object.keys(next), ...Object.keys(before)])
  return [...names]
    .filter((name) => !deepEqual(next[name], before[name]))
    .map((name) => `  ${path}.${name}`)
    .join('\n')
}
