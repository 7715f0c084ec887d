import { BodyError } from '../decoding/body-error.ts'
import { formatGoTime, parseGoTime, type GoTime } from '../decoding/go-time.ts'
import { parseJsonText } from '../decoding/json-text.ts'
import { formatGoDuration, parseGoDuration } from '@fairlead/kube-core'
import { readFields, type WireField } from './wire-reader.ts'
import { contentOf, varintOf, type WireType } from './wire-type.ts'
import type { WireWriter } from './wire-writer.ts'

const prefix = 'io.k8s.apimachinery.pkg'

/** What one of these types writes into its message, and reads from its fields. */
interface OwnMessage {
  readonly write: (value: unknown, writer: WireWriter) => void
  readonly read: (fields: ReadonlyMap<number, WireField>) => unknown
}

/** The types whose JSON is not that of their message, by their published names. */
export const selfEncodingWires: ReadonlyMap<string, WireType> = new Map([
  [`${prefix}.api.resource.Quantity`, message(quantityMessage())],
  [`${prefix}.apis.meta.v1.Time`, message(timeMessage('seconds'))],
  [`${prefix}.apis.meta.v1.MicroTime`, message(timeMessage('microseconds'))],
  [`${prefix}.apis.meta.v1.Duration`, message(durationMessage())],
  [`${prefix}.util.intstr.IntOrString`, message(intOrStringMessage())],
  [`${prefix}.apis.meta.v1.FieldsV1`, message(rawMessage())],
  [`${prefix}.runtime.RawExtension`, message(rawMessage())],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON', message(rawMessage())],
])

function message({ write, read }: OwnMessage): WireType {
  return {
    wire: 2,
    write: (value, writer) => {
      const before = writer.length
      write(value, writer)
      writer.lengthSince(before)
    },
    read: (field) => {
      const fields = new Map<number, WireField>()
      for (const each of readFields(contentOf(field))) fields.set(each.number, each)
      return read(fields)
    },
  }
}

function textAt(fields: ReadonlyMap<number, WireField>, number: number): string {
  const field = fields.get(number)
  return field === undefined ? '' : contentOf(field).toString('utf8')
}

function numberAt(fields: ReadonlyMap<number, WireField>, number: number): number {
  const field = fields.get(number)
  return field === undefined ? 0 : Number(varintOf(field))
}

function quantityMessage(): OwnMessage {
  return {
    write: (value, writer) => {
      writer.text(typeof value === 'string' ? value : '0')
      writer.tag(1, 2)
    },
    read: (fields) => (fields.has(1) ? textAt(fields, 1) : '0'),
  }
}

/** An empty message is Go's zero time. */
function timeMessage(precision: 'seconds' | 'microseconds'): OwnMessage {
  return {
    write: (value, writer) => {
      const time = typeof value === 'string' ? parseGoTime(value, precision) : undefined
      if (time === undefined || typeof time === 'string') return
      writer.varint(time.microseconds * 1000)
      writer.tag(2, 0)
      writer.varint(time.seconds)
      writer.tag(1, 0)
    },
    read: (fields) => {
      if (fields.size === 0) return null
      const nanoseconds = numberAt(fields, 2)
      const time = {
        seconds: numberAt(fields, 1) + Math.floor(nanoseconds / 1e9),
        microseconds: Math.floor((((nanoseconds % 1e9) + 1e9) % 1e9) / 1000),
      }
      return formatted(time, precision)
    },
  }
}

/** The years 0 to 9999, which are all that RFC 3339 can write. */
const secondsMin = -62_167_219_200
const secondsMax = 253_402_300_799

function formatted(time: GoTime, precision: 'seconds' | 'microseconds'): string | null {
  if (time.seconds < secondsMin || time.seconds > secondsMax) {
    throw new BodyError('Time.MarshalJSON: year outside of range [0,9999]')
  }
  return formatGoTime(time, precision) ?? null
}

function durationMessage(): OwnMessage {
  return {
    write: (value, writer) => {
      writer.varint(
        BigInt(Math.round(typeof value === 'string' ? parseGoDuration(value) * 1e6 : 0)),
      )
      writer.tag(1, 0)
    },
    read: (fields) => formatGoDuration(numberAt(fields, 1) / 1e6),
  }
}

function intOrStringMessage(): OwnMessage {
  return {
    write: (value, writer) => {
      writer.text(typeof value === 'string' ? value : '')
      writer.tag(3, 2)
      writer.varint(typeof value === 'number' ? value : 0)
      writer.tag(2, 0)
      writer.varint(typeof value === 'string' ? 1 : 0)
      writer.tag(1, 0)
    },
    read: (fields) => {
      if (numberAt(fields, 1) === 1) return textAt(fields, 3)
      const number = fields.get(2)
      return number === undefined ? 0 : Number(BigInt.asIntN(32, varintOf(number)))
    },
  }
}

/** JSON inside a message. */
function rawMessage(): OwnMessage {
  return {
    write: (value, writer) => {
      if (value === undefined || value === null) return
      writer.bytes(Buffer.from(JSON.stringify(value)))
      writer.tag(1, 2)
    },
    read: (fields) => {
      const field = fields.get(1)
      const bytes = field === undefined ? Buffer.alloc(0) : contentOf(field)
      return bytes.length === 0 ? null : parseJsonText(bytes)
    },
  }
}
