type Kind =
  | 'dyn'
  | 'error'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'
  | 'type'
  | 'opaque'
  | 'object'
  | 'parameter'

/** A static type of CEL. */
export interface CelType {
  readonly kind: Kind
  /** Of an object, an opaque type or a type parameter; of others, the kind. */
  readonly name: string
  /** Of lists, maps and opaque types. */
  readonly parameters: readonly CelType[]
  /** For objects: the field types by their names in expressions; absent where none are known. */
  field?(name: string): CelType | undefined
}

function simple(kind: Kind): CelType {
  return { kind, name: kind, parameters: [] }
}

export const dyn = simple('dyn')
export const errorType = simple('error')
export const bool = simple('bool')
export const int = simple('int')
export const uint = simple('uint')
export const double = simple('double')
export const string = simple('string')
export const bytes = simple('bytes')
export const nullType = simple('null')
export const timestamp = simple('timestamp')
export const duration = simple('duration')

/** A list whose items are of one type. */
export function listOf(item: CelType): CelType {
  return { kind: 'list', name: 'list', parameters: [item] }
}

/** A map from strings, or another key type, to values of one type. */
export function mapOf(value: CelType, key: CelType = string): CelType {
  return { kind: 'map', name: 'map', parameters: [key, value] }
}

/** An object with exactly these fields. */
export function objectOf(fields: Readonly<Record<string, CelType>>, name = 'object'): CelType {
  return {
    kind: 'object',
    name,
    parameters: [],
    field: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined),
  }
}

/** An object of a library: it has no fields that expressions could read. */
export function libraryObject(name: string): CelType {
  return { kind: 'object', name, parameters: [] }
}

/** A type whose values only functions can look into. */
export function opaqueType(name: string, parameters: readonly CelType[] = []): CelType {
  return { kind: 'opaque', name, parameters }
}

/** The type of a type. */
export function typeOf(type?: CelType): CelType {
  return { kind: 'type', name: 'type', parameters: type ? [type] : [] }
}

export function typeParameter(name: string): CelType {
  return { kind: 'parameter', name, parameters: [] }
}

const optionalName = 'optional_type'

export function optionalOfType(type: CelType): CelType {
  return opaqueType(optionalName, [type])
}

/** The type of the value of an optional; undefined for other types. */
export function optionalContent(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === optionalName ? type.parameters[0] : undefined
}

/** The type as messages show it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'error':
      return '!error!'
    case 'object':
    case 'parameter':
      return type.name
    case 'opaque':
      if (type.parameters.length === 0) return type.name
      return `${type.name}(${type.parameters.map(formatType).join(', ')})`
    case 'list':
    case 'map':
    case 'type': {
      const parameters = type.parameters.map(formatType).join(', ')
      return parameters === '' ? type.kind : `${type.kind}(${parameters})`
    }
    default:
      return type.kind
  }
}

/** The same type in all its parts. */
export function isExactType(a: CelType, b: CelType): boolean {
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    a.parameters.length === b.parameters.length &&
    a.parameters.every((parameter, index) => isExactType(parameter, b.parameters[index] ?? dyn))
  )
}
