/**
 * JSON as it is written, not as it is read: keys can be there twice, and numbers can be such as no
 * JavaScript number is.
 */
export type JsonNode =
  string | number | boolean | null | readonly JsonNode[] | JsonFields | JsonBytes | JsonNest

/** An object; keys in their order, also the same one twice. */
export interface JsonFields {
  readonly fields: readonly (readonly [string, JsonNode])[]
}

/** Bytes that stand there as they are, whether they are JSON or not; one character is one byte. */
interface JsonBytes {
  readonly bytes: string
}

/** A value in so many arrays, or objects, around each other: written without recursion. */
interface JsonNest {
  readonly depth: number
  readonly of: 'arrays' | 'objects'
}

/** An object, from plain properties. */
export function fields(properties: Readonly<Record<string, JsonNode>>): JsonFields {
  return { fields: Object.entries(properties) }
}

export function isFields(node: JsonNode): node is JsonFields {
  return typeof node === 'object' && node !== null && 'fields' in node
}

export function isList(node: JsonNode): node is readonly JsonNode[] {
  return Array.isArray(node)
}

/** The bytes of a node. Lone surrogates in strings are written as escapes. */
export function bytesOf(node: JsonNode): Buffer {
  return Buffer.from(textOf(node), 'latin1')
}

/** One character for each byte. */
function textOf(node: JsonNode): string {
  if (typeof node !== 'object' || node === null) {
    return Buffer.from(JSON.stringify(node), 'utf8').toString('latin1')
  }
  if (isList(node)) return `[${node.map(textOf).join(',')}]`
  if ('bytes' in node) return node.bytes
  if ('depth' in node) {
    const [open, close] = node.of === 'arrays' ? ['[', ']'] : ['{"a":', '}']
    return `${open.repeat(node.depth)}0${close.repeat(node.depth)}`
  }
  return `{${node.fields.map(([key, value]) => `${textOf(key)}:${textOf(value)}`).join(',')}}`
}
