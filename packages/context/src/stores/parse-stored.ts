import { parseJson } from '@fairlead/base'

/** A value from its JSON; unchecked, because a store itself wrote the text from a value of the same type. */
export function parseStored<T>(text: unknown): T {
  return parseJson(String(text)) as T
}
