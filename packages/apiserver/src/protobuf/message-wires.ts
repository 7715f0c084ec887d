import { compareText, isJsonObject } from '@fairlead/base'

import { apiType, type ApiField, type ApiFieldType } from '../api-types/api-type.ts'
import { scalarWires, textWire } from './scalar-wire-types.ts'
import { selfEncodingWires } from './self-encoding-wire-types.ts'
import { readFields, type WireField } from './wire-reader.ts'
import { contentOf, deeper, type WireType } from './wire-type.ts'
import type { WireWriter } from './wire-writer.ts'

const schemaPrefix = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

type Json = Readonly<Record<string, unknown>>

/** A field of a message, which writes and reads members of the object that the message is of. */
interface MessageField {
  readonly number: number
  write(object: Json, writer: WireWriter): void
  read(field: WireField, object: Record<string, unknown>, depth: number): void
}

/** The wire types of the table, each made when first needed. */
export class MessageWires {
  readonly #wires = new Map<string, WireType>()

  /** A type of Kubernetes by its published name. */
  named(name: string): WireType {
    const known = this.#wires.get(name)
    if (known !== undefined) return known
    const made = this.#make(name)
    this.#wires.set(name, made)
    return made
  }

  #make(name: string): WireType {
    const own = selfEncodingWires.get(name)
    if (own !== undefined) return own
    const struct = structWire(makeOnce(() => plan(this.#fields(name))))
    if (name.startsWith(schemaPrefix) && name !== schemaPrefix) {
      return alternatives(struct, name.slice(schemaPrefix.length))
    }
    return apiType(name).isWrapped ? wrappedList(struct) : struct
  }

  #fields(name: string): MessageField[] {
    return apiType(name)
      .fields.filter(({ number }) => number > 0)
      .map((field) => this.#field(field))
  }

  #field(field: ApiField): MessageField {
    const { number, type, isInline } = field
    // The parts of types that are no struct in JSON have no names.
    const name = field.name === '' ? String(number) : field.name
    if (isInline) return inlineField(number, this.#wire(type))
    switch (type.kind) {
      case 'list':
        return listField(number, name, this.#wire(type.items))
      case 'map':
        return mapField(number, name, this.#wire(type.values), isBytes(type.values))
      case 'scalar':
        return singleField(number, name, this.#wire(type), type.isPointer || isBytes(type))
      case 'type':
        return singleField(number, name, this.#wire(type), type.isPointer)
    }
  }

  #wire(type: ApiFieldType): WireType {
    switch (type.kind) {
      case 'scalar':
        return scalarWires[type.scalar]
      case 'type':
        return this.named(type.type)
      case 'list':
      case 'map':
        throw new TypeError('Kubernetes has no lists of lists and no maps of lists')
    }
  }
}

function isBytes(type: ApiFieldType): boolean {
  return type.kind === 'scalar' && type.scalar === 'bytes'
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

function singleField(
  number: number,
  name: string,
  wire: WireType,
  isOptional: boolean,
): MessageField {
  return {
    number,
    write: (object, writer) => {
      const value = object[name]
      if (isOptional && isAbsent(value)) return
      wire.write(value, writer)
      writer.tag(number, wire.wire)
    },
    read: (field, object, depth) => {
      object[name] = wire.read(field, depth)
    },
  }
}

/** Its fields stand among those of the struct in JSON, and in a message of their own on the wire. */
function inlineField(number: number, wire: WireType): MessageField {
  return {
    number,
    write: (object, writer) => {
      wire.write(object, writer)
      writer.tag(number, 2)
    },
    read: (field, object, depth) => {
      Object.assign(object, wire.read(field, depth))
    },
  }
}

function listField(number: number, name: string, wire: WireType): MessageField {
  return {
    number,
    write: (object, writer) => {
      const list = object[name]
      if (!Array.isArray(list)) return
      for (let index = list.length - 1; index >= 0; index--) {
        wire.write(list[index], writer)
        writer.tag(number, wire.wire)
      }
    },
    read: (field, object, depth) => {
      const known = object[name]
      const list: unknown[] = Array.isArray(known) ? known : []
      object[name] = list
      if (wire.wire === 0 && field.type === 'bytes') readPacked(field.value, number, wire, list)
      else list.push(wire.read(field, depth))
    },
  }
}

/** Several numbers in one field: Go reads them so, though it does not write them. */
function readPacked(bytes: Buffer, number: number, wire: WireType, list: unknown[]): void {
  // Each number becomes a field of its own.
  const tag = Buffer.from([8])
  let position = 0
  while (position < bytes.length) {
    let end = position
    while (end < bytes.length && (bytes[end] ?? 0) >= 0x80 && end - position < 10) end += 1
    const [field] = readFields(Buffer.concat([tag, bytes.subarray(position, end + 1)]))
    if (field !== undefined) list.push(wire.read({ ...field, number }, 0))
    position = end + 1
  }
}

function mapField(
  number: number,
  name: string,
  wire: WireType,
  isOptionalValue: boolean,
): MessageField {
  return {
    number,
    write: (object, writer) => {
      const map = object[name]
      if (!isJsonObject(map)) return
      const keys = Object.keys(map).toSorted(compareText)
      for (const key of keys.toReversed()) {
        const before = writer.length
        if (!isOptionalValue || !isAbsent(map[key])) {
          wire.write(map[key], writer)
          writer.tag(2, wire.wire)
        }
        textWire.write(key, writer)
        writer.tag(1, 2)
        writer.lengthSince(before)
        writer.tag(number, 2)
      }
    },
    read: (field, object, depth) => {
      let key: unknown = ''
      let value: unknown
      for (const each of readFields(contentOf(field))) {
        if (each.number === 1) key = textWire.read(each, depth)
        else if (each.number === 2) value = wire.read(each, depth)
      }
      const known = object[name]
      const map = isJsonObject(known) ? known : {}
      object[name] = map
      const member = { value: value ?? (isOptionalValue ? '' : null), enumerable: true }
      Object.defineProperty(map, String(key), { ...member, configurable: true, writable: true })
    },
  }
}

interface MessagePlan {
  /** The last first: Go writes a message in the order of its numbers, and we from its end. */
  readonly backwards: readonly MessageField[]
  readonly byNumber: ReadonlyMap<number, MessageField>
}

function plan(fields: readonly MessageField[]): MessagePlan {
  return {
    backwards: fields.toSorted((left, right) => right.number - left.number),
    byNumber: new Map(fields.map((field) => [field.number, field])),
  }
}

function makeOnce<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

function structWire(planOf: () => MessagePlan): WireType {
  return {
    wire: 2,
    write: (value, writer) => {
      const object = isJsonObject(value) ? value : {}
      const before = writer.length
      for (const field of planOf().backwards) field.write(object, writer)
      writer.lengthSince(before)
    },
    read: (field, depth) => {
      const { byNumber } = planOf()
      const object: Record<string, unknown> = {}
      const inner = deeper(depth)
      for (const each of readFields(contentOf(field))) {
        byNumber.get(each.number)?.read(each, object, inner)
      }
      return object
    },
  }
}

/** A list that has a name: in JSON the list itself. */
function wrappedList(struct: WireType): WireType {
  return {
    wire: 2,
    write: (value, writer) => struct.write({ 1: value }, writer),
    read: (field, depth) => (struct.read(field, depth) as Json)['1'] ?? [],
  }
}

/** A schema, or a flag, or a list: whichever is there. */
function alternatives(struct: WireType, name: string): WireType {
  if (name === 'OrBool') {
    return {
      wire: 2,
      write: (value, writer) => {
        const parts = isJsonObject(value) ? { 1: true, 2: value } : { 1: value === true }
        struct.write(parts, writer)
      },
      read: (field, depth) => {
        const parts = struct.read(field, depth) as Json
        return parts['2'] ?? parts['1'] ?? false
      },
    }
  }
  return {
    wire: 2,
    write: (value, writer) =>
      struct.write(Array.isArray(value) ? { 2: value } : { 1: value }, writer),
    read: (field, depth) => {
      const parts = struct.read(field, depth) as Json
      return parts['2'] ?? parts['1'] ?? null
    },
  }
}
