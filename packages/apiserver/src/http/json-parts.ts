import { isJsonObject } from '@fairlead/base'

/** Lists of fewer elements are made whole: that is faster, and a single text. */
const elementsMin = 256
/** About how long a part is, in characters. */
const partLength = 64 * 1024

/**
 * The JSON of a long list or Table in parts, which are made when they are asked for, so that the whole
 * text never exists at once; undefined for what is short, or is no list.
 */
export function jsonParts(object: unknown): Iterable<string> | undefined {
  if (!isJsonObject(object)) return undefined
  const name = ['items', 'rows'].find((each) => Array.isArray(object[each]))
  const elements = name === undefined ? undefined : object[name]
  if (name === undefined || !Array.isArray(elements) || elements.length < elementsMin) {
    return undefined
  }
  return partsOf(object, name, elements as readonly unknown[])
}

function* partsOf(
  object: Readonly<Record<string, unknown>>,
  name: string,
  elements: readonly unknown[],
): Generator<string> {
  const others = Object.entries(object).filter(([key]) => key !== name)
  const head = JSON.stringify(Object.fromEntries(others)).slice(0, -1)
  let text = `${head}${others.length === 0 ? '' : ','}${JSON.stringify(name)}:[`
  for (const [index, element] of elements.entries()) {
    text += `${index === 0 ? '' : ','}${JSON.stringify(element)}`
    if (text.length < partLength) continue
    yield text
    text = ''
  }
  yield `${text}]}`
}
