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
  /** Whether it is left out when nothing is said of it. */
  readonly isOmitted: boolean
}

function messageField(name: string, type: ValueType, omitsEmpty: boolean): MessageField {
  return { name, type, omitsEmpty, isOmitted: omitsEmpty && type.isOmittedWhenZero }
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
        return encodeStruct(fieldsOf(), [], walk)
      },
      zero: () => encodeStruct(fieldsOf(), []),
      isEmpty: () => false,
      isOmittedWhenZero: false,
    }
  }

  #fields(type: ApiType): MessageField[] {
    const own = type.fields.flatMap((field) => this.#field(field))
    if (!type.hasTypeMeta) return own
    const text = scalarType('string', 'string')
    return [messageField('kind', text, true), messageField('apiVersion', text, true), ...own]
  }

  #field({ name, type, isInline, omitsEmpty }: ApiField): MessageField[] {
    if (!isInline) return name === '' ? [] : [messageField(name, this.#valueType(type), omitsEmpty)]
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
      isOmittedWhenZero: false,
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
      isOmittedWhenZero: false,
    }
  }
}

function listOf(items: ValueType, goType = `[]${items.goType}`): ValueType {
  return {
    goType,
    decode: (value, walk) => {
      if (Array.isArray(value)) return decodeList(items, value, walk)
      walk.wrongType(value, goType)
      return null
    },
    zero: () => null,
    isEmpty: (value) => value === null || (Array.isArray(value) && value.length === 0),
    isOmittedWhenZero: true,
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
    isOmittedWhenZero: true,
  }
}

function decodeList(items: ValueType, list: readonly unknown[], walk: DecodeWalk): unknown[] {
  const decoded: unknown[] = []
  for (let index = 0; index < list.length; index++) {
    const item = list[index]
    walk.enterItem(index)
    decoded.push(item === null || item === undefined ? items.zero() : items.decode(item, walk))
    walk.leaveItem()
  }
  return decoded
}

/** In the order of the keys, as Go writes maps. */
function decodeMap(
  values: ValueType,
  map: Readonly<Record<string, unknown>>,
  walk: DecodeWalk,
): Record<string, unknown> {
  const decoded: [string, unknown][] = []
  for (const key of Object.keys(map)) {
    const value = map[key]
    walk.enterItem(key)
    decoded.push([
      key,
      value === null || value === undefined ? values.zero() : values.decode(value, walk),
    ])
    walk.leaveItem()
  }
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
  values.length = fields.length
  for (const name of Object.keys(object)) {
    const value = object[name]
    const index = names.get(name)
    const field = index === undefined ? undefined : fields[index]
    if (index === undefined || field === undefined) {
      if (value !== undefined) walk.unknownField(name)
    } else if (value !== null && value !== undefined) {
      const outer = walk.enterField(goName, name)
      values[index] = field.type.decode(value, walk)
      walk.leaveField(outer)
    }
  }
  return encodeStruct(fields, values, walk)
}

function encodeStruct(
  fields: readonly MessageField[],
  values: readonly unknown[],
  walk?: DecodeWalk,
): Record<string, unknown> {
  const encoded: Record<string, unknown> = {}
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] as MessageField
    const decoded = values[index]
    // Most fields of most objects are not there.
    if (decoded === undefined && field.isOmitted) continue
    const value = decoded === undefined ? field.type.zero() : decoded
    const isEmpty = field.type.isEmpty(value)
    const isKept = isEmpty && walk !== undefined && keepsEmpty(walk, encoded, field, value)
    if (isKept || !field.omitsEmpty || !isEmpty) encoded[field.name] = value
  }
  return encoded
}

/** Whether an empty list or map stays until defaults are set. */
function keepsEmpty(
  walk: DecodeWalk,
  of: Record<string, unknown>,
  { name, omitsEmpty }: MessageField,
  value: unknown,
): boolean {
  if (typeof value !== 'object' || value === null) return false
  const isList = Array.isArray(value)
  return walk.keepsEmpty({ of, field: name, isOmitted: omitsEmpty, isList })
}

/** `v1.PodSpec` for `io.k8s.api.core.v1.PodSpec`. */
function goTypeOf(name: string): string {
  return name.split('.').slice(-2).join('.')
}
