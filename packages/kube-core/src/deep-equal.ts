/** Whether two JSON values are equal; the order of an object's keys does not matter. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Number.isNaN(a) && Number.isNaN(b)
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && equalLists(a, b)
  }
  return equalObjects(a, b)
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => deepEqual(item, b[index]))
}

/** A key whose value is undefined counts as absent, as in JSON. */
function equalObjects(a: object, b: object): boolean {
  const left = new Map(Object.entries(a).filter(isPresent))
  const right = Object.entries(b).filter(isPresent)
  if (left.size !== right.length) return false
  return right.every(([key, value]) => left.has(key) && deepEqual(left.get(key), value))
}

function isPresent([, value]: [string, unknown]): boolean {
  return value !== undefined
}
