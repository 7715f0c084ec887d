import type { JsonObject } from '@fairlead/base'

import { BodyError } from '../decoding/body-error.ts'
import { MessageWires } from './message-wires.ts'
import { readFields, type WireField } from './wire-reader.ts'
import { contentOf, type WireType } from './wire-type.ts'
import { WireWriter } from './wire-writer.ts'

export const protobufMediaType = 'application/vnd.kubernetes.protobuf'

/** What every message begins with: `k8s` and a zero byte. */
const magic = Buffer.from('k8s\0')

/** A message and what its envelope says of it. */
interface ProtobufMessage {
  readonly apiVersion: string
  readonly kind: string
  readonly bytes: Buffer
}

const wires = makeOnce(() => new MessageWires())

/** Opens the envelope of a body. @throws BodyError in the real server's words */
export function readEnvelope(body: Buffer): ProtobufMessage {
  if (body.length === 0) throw new BodyError('empty data')
  if (!body.subarray(0, magic.length).equals(magic)) {
    throw new BodyError(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    )
  }
  let apiVersion = ''
  let kind = ''
  let bytes: Buffer = Buffer.alloc(0)
  for (const field of readFields(body.subarray(magic.length))) {
    if (field.number === 2) bytes = contentOf(field)
    if (field.number !== 1) continue
    for (const part of readFields(contentOf(field))) {
      if (part.number === 1) apiVersion = contentOf(part).toString('utf8')
      if (part.number === 2) kind = contentOf(part).toString('utf8')
    }
  }
  return { apiVersion, kind, bytes }
}

/**
 * The JSON value of a message of a published type. Only what is on the wire is in it; decoding it as
 * JSON adds what Go would write.
 *
 * @throws BodyError when the bytes are no such message
 */
export function readMessage(typeName: string, bytes: Buffer): JsonObject {
  const field: WireField = { number: 1, type: 'bytes', value: bytes }
  return messageWire(typeName).read(field, 0) as JsonObject
}

/** An object in its envelope, as Go encodes it. */
export function writeMessage(
  typeName: string,
  object: JsonObject,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): Buffer {
  const writer = new WireWriter(4096)
  writeEnvelopeEnd(writer)
  messageWire(typeName).write(object, writer)
  writeEnvelopeStart(writer, { apiVersion, kind })
  return writer.finish()
}

/** How a published type stands on the wire. */
export function messageWire(typeName: string): WireType {
  return wires().named(typeName)
}

/** What follows a message: no content encoding, no content type. Go writes both, empty. */
export function writeEnvelopeEnd(writer: WireWriter): void {
  writer.text('')
  writer.tag(4, 2)
  writer.text('')
  writer.tag(3, 2)
}

/** What stands before the length of a message. */
export function writeEnvelopeStart(
  writer: WireWriter,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): void {
  writer.tag(2, 2)
  const before = writer.length
  writer.text(kind)
  writer.tag(2, 2)
  writer.text(apiVersion)
  writer.tag(1, 2)
  writer.lengthSince(before)
  writer.tag(1, 2)
  writer.raw(magic)
}

/** One event of a watch: its length in four bytes, and the event, whose object is an encoded message. */
export function writeWatchFrame(type: string, object: Buffer): Buffer {
  const writer = new WireWriter(object.length + 64)
  const before = writer.length
  writer.bytes(object)
  writer.tag(1, 2)
  writer.lengthSince(before)
  writer.tag(2, 2)
  writer.text(type)
  writer.tag(1, 2)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(writer.length)
  writer.raw(length)
  return writer.finish()
}

function makeOnce<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
