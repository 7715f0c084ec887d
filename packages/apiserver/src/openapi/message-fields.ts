import { isJsonObject, type JsonObject } from '@fairlead/base'

import { writeYaml } from '../decoding/write-yaml.ts'
import type { WireWriter } from '../protobuf/wire-writer.ts'

/** Writes a value as the field of this number; writers go from the end to the beginning. */
export type EncodeField = (number: number, value: unknown, writer: WireWriter) => void

/** The fields of a message by the names that they have in JSON. */
export type MessageFields = Readonly<Record<string, readonly [number, EncodeField]>>

export const text: EncodeField = (number, value, writer) => {
  writer.text(String(value))
  writer.tag(number, 2)
}

export const flag: EncodeField = (number, value, writer) => {
  writer.varint(value === true ? 1 : 0)
  writer.tag(number, 0)
}

export const whole: EncodeField = (number, value, writer) => {
  writer.varint(Number(value))
  writer.tag(number, 0)
}

export const real: EncodeField = (number, value, writer) => {
  writer.double(Number(value))
  writer.tag(number, 1)
}

/** A message with the value in its field of the number `inner`. */
export function within(inner: number, encode: EncodeField): EncodeField {
  return (number, value, writer) => {
    const before = writer.length
    encode(inner, value, writer)
    writer.lengthSince(before)
    writer.tag(number, 2)
  }
}

/** Any value, as YAML. */
export const anything = within(2, (number, value, writer) => text(number, writeYaml(value), writer))

export function each(encode: EncodeField): EncodeField {
  return (number, value, writer) => {
    if (!Array.isArray(value)) return
    for (const item of value.toReversed()) encode(number, item, writer)
  }
}

/** What a map is in a message: entries with a name and a value. */
export function named(encode: EncodeField): EncodeField {
  return (number, value, writer) => {
    if (isJsonObject(value)) writeNamed(number, Object.entries(value), encode, writer)
  }
}

function writeNamed(
  number: number,
  entries: readonly (readonly [string, unknown])[],
  encode: EncodeField,
  writer: WireWriter,
): void {
  for (const [name, value] of entries.toReversed()) {
    const before = writer.length
    encode(2, value, writer)
    text(1, name, writer)
    writer.lengthSince(before)
    writer.tag(number, 2)
  }
}

/** An object; what its names begin with `x-` goes to the field of the number `extensions`. */
export function message(fields: () => MessageFields, extensions?: number): EncodeField {
  return (number, value, writer) => {
    if (!isJsonObject(value)) return
    const before = writer.length
    writeMessage(value, fields(), writer, extensions)
    writer.lengthSince(before)
    writer.tag(number, 2)
  }
}

export function writeMessage(
  object: JsonObject,
  fields: MessageFields,
  writer: WireWriter,
  extensions?: number,
): void {
  if (extensions !== undefined) {
    const extended = Object.entries(object).filter(([name]) => name.startsWith('x-'))
    writeNamed(extensions, extended, anything, writer)
  }
  for (const [name, [number, encode]] of Object.entries(fields).toReversed()) {
    if (object[name] !== undefined) encode(number, object[name], writer)
  }
}
