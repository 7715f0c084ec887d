import { invalidField, type ItemInclude, itemIncludes } from '@fairlead/llm'

const known: ReadonlyMap<string, ItemInclude> = new Map(itemIncludes.map((name) => [name, name]))

/** Reads `include`, a list in the query as OpenAI's SDKs write it. Throws a 400 for unknown words. */
export function readInclude(query: URLSearchParams): ReadonlySet<ItemInclude> {
  const asked = [...query].flatMap(([name, value]) =>
    /^include(?:\[\d{0,3}\])?$/.test(name) ? [value] : [],
  )
  return new Set(
    asked.map((name) => {
      const include = known.get(name)
      if (include !== undefined) return include
      throw invalidField('include', `each must be one of ${itemIncludes.join(', ')}.`)
    }),
  )
}
