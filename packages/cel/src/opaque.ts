import { celMap, isCelMap, type CelInput, type CelMap, type CelValue } from '@bufbuild/cel'

/**
 * Values of types that the evaluator does not have (optional, quantity, URL, IP, CIDR, format) are
 * maps with the keys true (the type) and false (the content). Objects have string keys only, so they
 * cannot be confused, and equality works by content.
 */
export function opaque(type: string, content?: CelInput): CelMap {
  const entries = new Map<boolean, CelInput>([[true, type]])
  if (content !== undefined) entries.set(false, content)
  return celMap(entries)
}

export function isOpaque(value: unknown, type: string): value is CelMap {
  return isCelMap(value) && value.get(true) === type
}

/** What an opaque value holds. Throws with the evaluator's wording if it has another type. */
export function contentOf(value: unknown, type: string): CelValue | undefined {
  if (!isOpaque(value, type)) throw new Error('no such overload')
  return value.get(false)
}

/** The content if it is a string. */
export function textOf(value: unknown, type: string): string {
  const content = contentOf(value, type)
  if (typeof content !== 'string') throw new Error('no such overload')
  return content
}
