import { errors } from '@fairlead/kube-core'

import type { FieldType, MessageType } from './message-type.ts'
import { messageTypes } from './message-types.ts'
import { readFields, type WireField } from './wire-reader.ts'

export const protobufMediaType = 'application/vnd.kubernetes.protobuf'

/** The first bytes of every body in Kubernetes' protobuf encoding. */
const magic = Buffer.from('6b387300', 'hex')

/**
 * Decodes a body in Kubernetes' protobuf encoding, which kubectl uses for built-in kinds whatever
 * the server offers.
 * @throws StatusError 400 or 415
 */
export function decodeProtobuf(body: Buffer): unknown {
  if (!body.subarray(0, magic.length).equals(magic)) {
    throw errors.badRequest(
      'provided data does not appear to be a protobuf message, expected prefix k8s',
    )
  }
  try {
    return decodeEnvelope(body.subarray(magic.length))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw errors.badRequest(`the protobuf message is damaged: ${error.message}`, error)
  }
}

function decodeEnvelope(envelope: Buffer): unknown {
  let apiVersion = ''
  let kind = ''
  let raw: Buffer = Buffer.alloc(0)
  for (const field of readFields(envelope)) {
    if (field.type !== 'bytes') continue
    if (field.number === 2) raw = field.value
    if (field.number !== 1) continue
    for (const part of readFields(field.value)) {
      if (part.number === 1) apiVersion = textOf(part)
      if (part.number === 2) kind = textOf(part)
    }
  }
  const type = messageTypes.get(`${apiVersion}/${kind}`)
  if (type === undefined) {
    throw errors.unsupportedMediaType(
      `${apiVersion}, Kind=${kind} is not accepted as protobuf: send application/json`,
    )
  }
  return { apiVersion, kind, ...decodeMessage(raw, type) }
}

function decodeMessage(bytes: Buffer, { fields }: MessageType): Record<string, unknown> {
  const decoded: Record<string, unknown> = {}
  for (const field of readFields(bytes)) {
    const known = fields[field.number]
    if (known === undefined) continue
    const [name, type] = known
    const value = decodeField(field, type, decoded[name])
    if (value !== undefined) decoded[name] = value
  }
  return decoded
}

/** The value of a field; undefined when it is to be left out. `before` is what came earlier. */
function decodeField(field: WireField, type: FieldType, before: unknown): unknown {
  if (typeof type === 'string') return decodeScalar(field, type)
  if (field.type !== 'bytes') return undefined
  if ('fields' in type) return isRaw(type) ? rawJson(field.value) : decodeMessage(field.value, type)
  if ('mapOf' in type) {
    const [key, value] = decodeEntry(field.value, type.mapOf)
    return { ...(before as object | undefined), [key]: value }
  }
  const item =
    typeof type.listOf === 'string' ? textOf(field) : decodeMessage(field.value, type.listOf)
  if (item === '' && type.listOf === 'text') return before
  return [...((before as unknown[] | undefined) ?? []), item]
}

function decodeScalar(field: WireField, type: Extract<FieldType, string>): unknown {
  switch (type) {
    case 'text':
      return textOf(field) || undefined
    case 'number':
      return numberOf(field) || undefined
    case 'number?':
      return numberOf(field)
    case 'flag':
      return numberOf(field) !== 0
    case 'bytes':
      return field.type === 'bytes' ? field.value.toString('base64') : undefined
    case 'time':
      return timeOf(field, 'seconds')
    case 'micro-time':
      return timeOf(field, 'microseconds')
    case 'int-or-string':
      return intOrString(field)
    case 'json':
      return textOf(field)
  }
}

/** FieldsV1 is JSON inside a message. */
function isRaw(type: MessageType): boolean {
  return type.fields[1]?.[1] === 'json'
}

function rawJson(bytes: Buffer): unknown {
  for (const field of readFields(bytes)) {
    if (field.number !== 1) continue
    try {
      return JSON.parse(textOf(field))
    } catch (error) {
      throw new RangeError('fieldsV1 is not JSON', { cause: error })
    }
  }
  return undefined
}

function decodeEntry(bytes: Buffer, type: 'text' | 'bytes'): [string, string] {
  let key = ''
  let value = ''
  for (const field of readFields(bytes)) {
    if (field.number === 1) key = textOf(field)
    else if (field.number === 2 && field.type === 'bytes') {
      value = field.value.toString(type === 'text' ? 'utf8' : 'base64')
    }
  }
  return [key, value]
}

function textOf(field: WireField): string {
  return field.type === 'bytes' ? field.value.toString('utf8') : ''
}

function numberOf(field: WireField): number {
  return field.type === 'varint' ? Number(field.value) : 0
}

/** Nothing for Go's zero time, which an empty message stands for. */
function timeOf(field: WireField, precision: 'seconds' | 'microseconds'): string | undefined {
  if (field.type !== 'bytes') return undefined
  let seconds = 0
  let nanoseconds = 0
  for (const part of readFields(field.value)) {
    if (part.number === 1) seconds = numberOf(part)
    else if (part.number === 2) nanoseconds = numberOf(part)
  }
  if (seconds === 0 && nanoseconds === 0) return undefined
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19)
  if (precision === 'seconds') return `${whole}Z`
  const micros = String(Math.trunc(nanoseconds / 1000)).padStart(6, '0')
  return `${whole}.${micros}Z`
}

function intOrString(field: WireField): number | string | undefined {
  if (field.type !== 'bytes') return undefined
  let isText = false
  let number = 0
  let text = ''
  for (const part of readFields(field.value)) {
    if (part.number === 1) isText = numberOf(part) === 1
    else if (part.number === 2) number = numberOf(part)
    else if (part.number === 3) text = textOf(part)
  }
  if (isText) return text
  return number === 0 ? undefined : number
}
