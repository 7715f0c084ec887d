/** The static type of a value. */
export interface ValueType {
  /** CEL's name of the type; `dyn` if unknown. */
  readonly name: string
  /** For objects: the field types by their names in expressions. */
  field?(name: string): ValueType | undefined
  /** For lists the item type, for maps the value type. */
  element?(): ValueType
}

export const dyn: ValueType = { name: 'dyn' }
export const bool: ValueType = { name: 'bool' }
export const int: ValueType = { name: 'int' }
export const string: ValueType = { name: 'string' }

/** A list whose items are of one type. */
export function listOf(item: ValueType): ValueType {
  return { name: 'list', element: () => item }
}

/** A map from strings to values of one type. */
export function mapOf(value: ValueType): ValueType {
  return { name: 'map', element: () => value }
}

/** An object with exactly these fields. */
export function objectOf(fields: Readonly<Record<string, ValueType>>): ValueType {
  return {
    name: 'object',
    field: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
  }
}
