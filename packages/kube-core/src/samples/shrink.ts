import { isJsonObject } from '@fairlead/base'

/** How many smaller values are looked at: more are not worth the time. */
const candidatesMax = 3000

/**
 * The smallest value that is found for which `isWanted` still holds: fields and items are left out and
 * texts and numbers made smaller, one after the other, for as long as that works.
 * @param complete what a smaller value becomes before it is looked at, such as one with defaults
 */
export function shrink<T>(
  value: T,
  isWanted: (smaller: T) => boolean,
  complete: (smaller: T) => T = (smaller) => smaller,
): T {
  let smallest = value
  let looked = 0
  for (let found = true; found;) {
    found = false
    for (const candidate of smallerValues(smallest)) {
      looked += 1
      if (looked > candidatesMax) return smallest
      const completed = complete(candidate as T)
      if (!isSmaller(completed, smallest) || !isWanted(completed)) continue
      smallest = completed
      found = true
      break
    }
  }
  return smallest
}

/** An order without endless descent. */
function isSmaller(one: unknown, other: unknown): boolean {
  const [text, than] = [JSON.stringify(one), JSON.stringify(other)]
  return text.length < than.length || (text.length === than.length && text < than)
}

/** The greatest simplifications first. */
function* smallerValues(value: unknown): Generator {
  if (typeof value === 'string') {
    const characters = Array.from(value)
    if (characters.length > 0) yield ''
    if (characters.length > 2) yield characters.slice(0, characters.length >> 1).join('')
    if (characters.length > 1) yield characters.slice(0, -1).join('')
  } else if (typeof value === 'number') {
    yield 0
    yield Math.trunc(value / 2)
  } else if (Array.isArray(value)) yield* smallerLists(value)
  else if (isJsonObject(value)) yield* smallerObjects(value)
}

function* smallerLists(list: readonly unknown[]): Generator {
  for (const index of list.keys()) yield list.toSpliced(index, 1)
  for (const [index, item] of list.entries()) {
    for (const smaller of smallerValues(item)) yield list.with(index, smaller)
  }
}

function* smallerObjects(object: Readonly<Record<string, unknown>>): Generator {
  for (const name of Object.keys(object)) {
    const { [name]: _, ...rest } = object
    yield rest
  }
  for (const [name, value] of Object.entries(object)) {
    for (const smaller of smallerValues(value)) yield { ...object, [name]: smaller }
  }
}
