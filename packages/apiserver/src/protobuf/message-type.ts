/**
 * How a field becomes JSON. As in Go's JSON, `text` and `number` leave out what is empty or zero;
 * `number?` is a pointer in Go, whose zero means something.
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

/** A message: for each field number the JSON name and the type. */
export interface MessageType {
  readonly fields: Readonly<Record<number, readonly [name: string, type: FieldType]>>
}

export function message(
  fields: Readonly<Record<number, readonly [name: string, type: FieldType]>>,
): MessageType {
  return { fields }
}
