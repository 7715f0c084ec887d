import { isRawNumber, numberOrUndefined } from '@fairlead/base'

import type { ScalarName } from '../api-types/api-type.ts'
import { integerOf } from '../decoding/json-text.ts'
import { contentOf, varintOf, wrongWireType, type WireType } from './wire-type.ts'

/** Text in UTF-8. */
export const textWire: WireType = {
  wire: 2,
  write: (value, writer) => writer.text(typeof value === 'string' ? value : ''),
  read: (field) => contentOf(field).toString('utf8'),
}

const boolWire: WireType = {
  wire: 0,
  write: (value, writer) => writer.varint(value === true ? 1 : 0),
  read: (field) => varintOf(field) !== 0n,
}

const int32Wire: WireType = {
  wire: 0,
  write: (value, writer) => writer.varint(typeof value === 'number' ? value : 0),
  read: (field) => Number(BigInt.asIntN(32, varintOf(field))),
}

const int64Wire: WireType = {
  wire: 0,
  write: (value, writer) => {
    if (isRawNumber(value)) writer.varint(BigInt(value.rawJSON))
    else writer.varint(typeof value === 'number' ? value : 0)
  },
  read: (field) => integerOf(BigInt.asIntN(64, varintOf(field))),
}

const doubleWire: WireType = {
  wire: 1,
  write: (value, writer) => writer.double(numberOrUndefined(value) ?? 0),
  read: (field) => (field.type === 'fixed64' ? field.value.readDoubleLE() : wrongWireType(field)),
}

/** Base64 in JSON. */
const bytesWire: WireType = {
  wire: 2,
  write: (value, writer) =>
    writer.bytes(Buffer.from(typeof value === 'string' ? value : '', 'base64')),
  read: (field) => contentOf(field).toString('base64'),
}

export const scalarWires: Readonly<Record<ScalarName, WireType>> = {
  string: textWire,
  bool: boolWire,
  int32: int32Wire,
  int64: int64Wire,
  float64: doubleWire,
  bytes: bytesWire,
}
