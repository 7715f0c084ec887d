import { isJsonObject } from '@fairlead/base'
import { deepEqual } from '../deep-equal.ts'

/** A field that is not what it was. */
export interface Difference {
  /** Such as `spec.rules[0].port`. */
  readonly path: string
  /** Undefined where there was nothing. */
  readonly before: unknown
  readonly after: unknown
}

/** Where two JSON values differ, as deep as possible. An absent field and an undefined one are equal. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (deepEqual(before, after)) return []
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap((name) =>
      differences(before[name], after[name], path === '' ? name : `${path}.${name}`),
    )
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => differences(item, after[index], `${path}[${index}]`))
  }
  return [{ path, before, after }]
}

/** `spec.size: 3 became absent` */
export function differenceText({ path, before, after }: Difference): string {
  return `${path}: ${valueText(before)} became ${valueText(after)}`
}

function valueText(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value)
}
