import { isDeepStrictEqual } from 'node:util'

/** What differs between two JSON values, as paths with what is there instead of what. */
export function differences(got: unknown, wanted: unknown, path = ''): string[] {
  if (isDeepStrictEqual(got, wanted)) return []
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null
  if (!isObject(got) || !isObject(wanted) || Array.isArray(got) !== Array.isArray(wanted)) {
    return [`${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`]
  }
  const keys = new Set([...Object.keys(got), ...Object.keys(wanted)])
  return [...keys].flatMap((key) => differences(got[key], wanted[key], `${path}.${key}`))
}
