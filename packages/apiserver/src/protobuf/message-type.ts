/**
 * How a field becomes JSON. As with Go's `omitempty`, `text` and `number` omit empty and zero
 * values; `number?` is a pointer in Go, whose zero is significant.
 */
export type FieldType =
  | 'text'
  | 'number'
  | 'number?'
  | 'flag'
  | 'bytes'
  | 'time'
  | 'micro-time'
  | 'int-or-string'
  | 'json'
  | MessageType
  | { readonly listOf: 'text' | 'text-or-empty' | MessageType }
  | { readonly mapOf: 'text' | 'bytes' }

/** A message: the JSON name and type of each field number. */
export interface MessageType {
  readonly fields: Readonly<Record<number, readonly [name: string, type: FieldType]>>
}

export function message(
  fields: Readonly<Record<number, readonly [name: string, type: FieldType]>>,
): MessageType {
  return { fields }
}
