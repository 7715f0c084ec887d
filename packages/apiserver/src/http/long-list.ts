import { isJsonObject } from '@fairlead/base'

/** Lists of fewer elements are made whole: that is faster, and a single text. */
const elementsMin = 16

/** A list or Table that is sent in parts. */
export interface LongList {
  readonly object: Readonly<Record<string, unknown>>
  /** The member that holds its elements. */
  readonly name: string
  readonly elements: readonly unknown[]
}

/** Undefined for what is short, or is no list. */
export function longList(object: unknown): LongList | undefined {
  if (!isJsonObject(object)) return undefined
  const name = ['items', 'rows'].find((each) => Array.isArray(object[each]))
  const elements = name === undefined ? undefined : object[name]
  if (name === undefined || !Array.isArray(elements) || elements.length < elementsMin) {
    return undefined
  }
  return { object, name, elements }
}
