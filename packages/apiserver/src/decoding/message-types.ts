import { compareText, isJsonObject } from '@fairlead/base'

import { apiType, type ApiField, type ApiFieldType, type ApiType } from '../api-types/api-type.ts'
import { BodyError } from './body-error.ts'
import type { DecodeWalk } from './decode-walk.ts'
import { scalarType } from './scalar-types.ts'
import { isSchema, selfDecodingTypes } from './self-decoding-types.ts'
import { pointerTo, type ValueType } from './value-type.ts'

const schemaPrefix = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

interface MessageField {
  readonly name: string
  readonly type: ValueType
  readonly omitsEmpty: boolean
}

/** The value types of the table, each made when first needed. */
export class MessageTypes {
  readonly #types = new Map<string, ValueType>()

  /** A type of Kubernetes by its published name. */
  named(name: string): ValueType {
    const known = this.#types.get(name)
    if (known !== undefined) return known
    const made = this.#make(name)
    this.#types.set(name, made)
    return made
  }

  #make(name: string): ValueType {
    const own = selfDecodingTypes.get(name)
    if (own !== undefined) return own
    switch (name) {
      case `${schemaPrefix}OrBool`:
        return this.#schemaOrBool()
      case `${schemaPrefix}OrArray`:
        return this.#schemaOrList('OrArray', this.named(schemaPrefix))
      case `${schemaPrefix}OrStringArray`:
        return this.#schemaOrList('OrStringArray', scalarType('string', 'string'))
    }
    const type = apiType(name)
    const [wrapped] = type.fields
    if (!type.isWrapped || wrapped === undefined) return this.#struct(type)
    return wrapped.type.kind === 'list'
      ? listOf(this.#valueType(wrapped.type.items), goTypeOf(name))
      : this.#valueType(wrapped.type)
  }

  #struct(type: ApiType): ValueType {
    const goType = goTypeOf(type.name)
    // Types contain themselves, so their fields are looked up when one is first decoded.
    let fields: readonly MessageField[] | undefined
    const fieldsOf = (): readonly MessageField[] => (fields ??= this.#fields(type))
    let names: ReadonlyMap<string, number> | undefined
    const namesOf = (): ReadonlyMap<string, number> =>
      (names ??= new Map(fieldsOf().map(({ name }, index) => [name, index])))
    return {
      goType,
      decode: (value, walk) => {
        if (isJsonObject(value)) return decodeStruct(type, fieldsOf(), namesOf(), value, walk)
        walk.wrongType(value, goType)
        return encodeStruct(fieldsOf(), [])
      },
      zero: () => encodeStruct(fieldsOf(), []),
      isEmpty: () => false,
    }
  }

  #fields(type: ApiType): MessageField[] {
    const own = type.fields.flatMap((field) => this.#field(field))
    if (!type.hasTypeMeta) return own
    const text = scalarType('string', 'string')
    return [
      { name: 'kind', type: text, omitsEmpty: true },
      { name: 'apiVersion', type: text, omitsEmpty: true },
      ...own,
    ]
  }

  #field({ name, type, isInline, omitsEmpty }: ApiField): MessageField[] {
    if (!isInline) return name === '' ? [] : [{ name, type: this.#valueType(type), omitsEmpty }]
    return type.kind === 'type' ? this.#fields(apiType(type.type)) : []
  }

  #valueType(type: ApiFieldType): ValueType {
    switch (type.kind) {
      case 'scalar': {
        const scalar = scalarType(type.scalar, type.goType)
        return type.isPointer ? pointerTo(scalar) : scalar
      }
      case 'type': {
        const named = this.named(type.type)
        return type.isPointer ? pointerTo(named) : named
      }
      case 'list':
        return listOf(this.#valueType(type.items))
      case 'map': {
        const keys = type.keys.kind === 'scalar' ? type.keys.goType : 'string'
        return mapOf(keys, this.#valueType(type.values))
      }
    }
  }

  #schemaOrBool(): ValueType {
    const schema = (): ValueType => this.named(schemaPrefix)
    return {
      goType: 'v1.JSONSchemaPropsOrBool',
      decode: (value, walk) => {
        if (typeof value === 'boolean') return value
        if (!isSchema(value)) throw new BodyError('boolean or JSON schema expected')
        return walk.within((inner) => schema().decode(value, inner))
      },
      zero: () => false,
      isEmpty: () => false,
    }
  }

  #schemaOrList(name: string, items: ValueType): ValueType {
    const list = listOf(items)
    return {
      goType: `v1.JSONSchemaProps${name}`,
      decode: (value, walk) => {
        if (isSchema(value))
          return walk.within((inner) => this.named(schemaPrefix).decode(value, inner))
        if (!Array.isArray(value) || value.length === 0) return null
        return walk.within((inner) => list.decode(value, inner))
      },
      zero: () => null,
      isEmpty: () => false,
    }
  }
}

function listOf(items: ValueType, goType = `[]${items.goType}`): ValueType {
  return {
    goType,
    decode: (value, walk) => {
      if (Array.isArray(value)) {
        return value.map((item: unknown, index) =>
          item === null ? items.zero() : walk.inItem(index, () => items.decode(item, walk)),
        )
      }
      walk.wrongType(value, goType)
      return null
    },
    zero: () => null,
    isEmpty: (value) => value === null || (Array.isArray(value) && value.length === 0),
  }
}

function mapOf(keyType: string, values: ValueType): ValueType {
  const goType =
    keyType === 'v1.ResourceName' && values.goType === 'resource.Quantity'
      ? 'v1.ResourceList'
      : `map[${keyType}]${values.goType}`
  return {
    goType,
    decode: (value, walk) => {
      if (isJsonObject(value)) return decodeMap(values, value, walk)
      walk.wrongType(value, goType)
      return null
    },
    zero: () => null,
    isEmpty: (value) => value === null || (isJsonObject(value) && Object.keys(value).length === 0),
  }
}

/** In the order of the keys, as Go writes maps. */
function decodeMap(
  values: ValueType,
  map: Readonly<Record<string, unknown>>,
  walk: DecodeWalk,
): Record<string, unknown> {
  const decoded = Object.entries(map).map(([key, value]): [string, unknown] => [
    key,
    value === null || value === undefined
      ? values.zero()
      : walk.inItem(key, () => values.decode(value, walk)),
  ])
  return Object.fromEntries(isSorted(decoded) ? decoded : decoded.toSorted(byKey))
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return compareText(left, right)
}

function isSorted(members: readonly (readonly [string, unknown])[]): boolean {
  return members.every(([key], index) => index === 0 || (members[index - 1]?.[0] ?? '') < key)
}

function decodeStruct(
  { goName }: ApiType,
  fields: readonly MessageField[],
  names: ReadonlyMap<string, number>,
  object: Readonly<Record<string, unknown>>,
  walk: DecodeWalk,
): Record<string, unknown> {
  const values: unknown[] = []
  for (const name of Object.keys(object)) {
    const value = object[name]
    const index = names.get(name)
    const field = index === undefined ? undefined : fields[index]
    if (index === undefined || field === undefined) {
      if (value !== undefined) walk.unknownField(name)
    } else if (value !== null && value !== undefined) {
      values[index] = walk.inField(goName, name, () => field.type.decode(value, walk))
    }
  }
  return encodeStruct(fields, values)
}

function encodeStruct(
  fields: readonly MessageField[],
  values: readonly unknown[],
): Record<string, unknown> {
  const encoded: Record<string, unknown> = {}
  for (const [index, { name, type, omitsEmpty }] of fields.entries()) {
    const decoded = values[index]
    const value = decoded === undefined ? type.zero() : decoded
    if (!omitsEmpty || !type.isEmpty(value)) encoded[name] = value
  }
  return encoded
}

/** `v1.PodSpec` for `io.k8s.api.core.v1.PodSpec`. */
function goTypeOf(name: string): string {
  return name.split('.').slice(-2).join('.')
}
