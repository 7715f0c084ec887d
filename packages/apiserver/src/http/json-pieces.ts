import type { LongList } from './long-list.ts'

/** What stands before each line of an element in indented JSON. */
const margin = '    '

/**
 * The JSON of a long list or Table in pieces, each made when it is asked for, so that the whole text
 * never exists at once.
 */
export function* jsonPieces(
  { object, name, elements }: LongList,
  isPretty: boolean,
): Generator<string> {
  const others = Object.entries(object).filter(([key]) => key !== name)
  const text = isPretty ? indented : JSON.stringify
  const head = text(Object.fromEntries(others)).replace(/\n?\}$/, '')
  const comma = others.length === 0 ? '' : ','
  yield isPretty ? `${head}${comma}\n  "${name}": [` : `${head}${comma}"${name}":[`
  for (const [index, element] of elements.entries()) {
    const separator = index === 0 ? '' : ','
    yield isPretty
      ? `${separator}\n${margin}${indented(element).replaceAll('\n', `\n${margin}`)}`
      : `${separator}${JSON.stringify(element)}`
  }
  yield isPretty ? '\n  ]\n}' : ']}\n'
}

/** As Go's MarshalIndent. */
export function indented(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
