import { isDeepStrictEqual } from 'node:util'

type Fields = Record<string, unknown>

/** The paths of a field set that an object does not have. */
export function missingFields(fields: Fields, value: unknown, path = ''): string[] {
  return Object.entries(fields).flatMap(([key, below]) => {
    if (key === '.') return []
    const child = childOf(key, value)
    const at = `${path}/${key}`
    return child === undefined ? [at] : missingFields(below as Fields, child, at)
  })
}

function childOf(key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return undefined
  if (key.startsWith('f:')) return (value as Fields)[key.slice(2)]
  if (!Array.isArray(value)) return undefined
  if (key.startsWith('i:')) return value[Number(key.slice(2))] as unknown
  const named = JSON.parse(key.slice(2)) as unknown
  if (key.startsWith('v:')) return value.find((each) => isDeepStrictEqual(each, named)) as unknown
  return value.find((each: Fields) =>
    Object.entries(named as Fields).every(([field, part]) => isDeepStrictEqual(each[field], part)),
  ) as unknown
}
