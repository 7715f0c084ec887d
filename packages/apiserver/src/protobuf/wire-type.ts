import { BodyError } from '../decoding/body-error.ts'
import { nestingDepthMax } from '../decoding/json-syntax-error.ts'
import type { WireField } from './wire-reader.ts'
import type { WireWriter } from './wire-writer.ts'

/** How the values of one Go type stand on the wire, between the tags. */
export interface WireType {
  readonly wire: 0 | 1 | 2
  /** Writes a value of JSON; undefined and null are Go's zero value. */
  write(value: unknown, writer: WireWriter): void
  /** The JSON value of a field. @throws BodyError */
  read(field: WireField, depth: number): unknown
}

const wireTypes = { varint: 0, fixed64: 1, bytes: 2 } as const

/** The content of a field that holds text, bytes or a message. @throws BodyError */
export function contentOf(field: WireField): Buffer {
  if (field.type === 'bytes') return field.value
  return wrongWireType(field)
}

/** The value of a field that holds a number. @throws BodyError */
export function varintOf(field: WireField): bigint {
  if (field.type === 'varint') return field.value
  return wrongWireType(field)
}

export function wrongWireType(field: WireField): never {
  throw new BodyError(`proto: wrong wireType = ${wireTypes[field.type]} for field ${field.number}`)
}

/** Messages within each other; more would not fit on the stack. @throws BodyError */
export function deeper(depth: number): number {
  if (depth >= nestingDepthMax) throw new BodyError('proto: messages are nested too deeply')
  return depth + 1
}
