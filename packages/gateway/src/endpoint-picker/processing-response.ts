import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { PickerFailure } from './picker-failure.ts'

const destinationNamespace = 'envoy.lb'
/** The header, and the key of the metadata, in which a picker names endpoints. */
export const destinationHeader = 'x-gateway-destination-endpoint'

/** What is to be changed in the head of a request. */
export interface HeaderMutation {
  /** Flat list: name in lower case, value, name, value. */
  readonly set: readonly string[]
  /** Names in lower case. */
  readonly removed: readonly string[]
}

/** What is to be sent instead of a piece of the request's body. */
interface BodyMutation {
  readonly bytes: Uint8Array
  /** Whether it is a part of a body that the picker streams, and whether the last one. */
  readonly part: 'Whole' | 'Streamed' | 'LastStreamed'
}

/** A message of an endpoint picker, as far as the endpoint picker protocol uses it. */
export type PickerMessage =
  | {
      /** Of what it answers; `Other` is of the answer or of trailers. */
      readonly type: 'RequestHeaders' | 'RequestBody' | 'Other'
      readonly headers: HeaderMutation
      readonly body: BodyMutation | undefined
      /** The endpoints that its metadata names. */
      readonly destination: string | undefined
    }
  | {
      readonly type: 'Immediate'
      readonly status: number
      readonly headers: HeaderMutation
      readonly body: Uint8Array
    }

/** Reads a `ProcessingResponse`. Throws PickerFailure for bytes that are none. */
export function readProcessingResponse(bytes: Uint8Array): PickerMessage {
  try {
    return readMessage(bytes)
  } catch (error) {
    throw new PickerFailure('InvalidAnswer', 'it sent what is no ProcessingResponse', {
      cause: error,
    })
  }
}

const answered: ReadonlyMap<number, 'RequestHeaders' | 'RequestBody'> = new Map([
  [1, 'RequestHeaders'],
  [3, 'RequestBody'],
])
const noMutation: HeaderMutation = { set: [], removed: [] }

function readMessage(bytes: Uint8Array): PickerMessage {
  let type: 'RequestHeaders' | 'RequestBody' | 'Other' = 'Other'
  let common: CommonResponse = {}
  let destination: string | undefined
  for (const [field, value] of lengthDelimitedFields(bytes)) {
    if (field === 7) return readImmediate(value)
    const known = answered.get(field)
    if (known !== undefined) {
      type = known
      common = readCommonResponse(fieldOf(value, 1) ?? noBytes())
    } else if (field === 8) {
      destination = readDestination(value)
    }
  }
  return { type, headers: common.headers ?? noMutation, body: common.body, destination }
}

interface CommonResponse {
  readonly headers?: HeaderMutation
  readonly body?: BodyMutation
}

function readCommonResponse(bytes: Uint8Array): CommonResponse {
  const headers = fieldOf(bytes, 2)
  const body = fieldOf(bytes, 3)
  return {
    ...(headers === undefined ? {} : { headers: readHeaderMutation(headers) }),
    ...(body === undefined ? {} : readBodyMutation(body)),
  }
}

function readBodyMutation(bytes: Uint8Array): Pick<CommonResponse, 'body'> {
  const reader = new BinaryReader(bytes)
  let body: BodyMutation | undefined
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 1 && wireType === WireType.LengthDelimited) {
      body = { bytes: reader.bytes(), part: 'Whole' }
    } else if (field === 2 && wireType === WireType.Varint) {
      if (reader.bool()) body = { bytes: noBytes(), part: 'Whole' }
    } else if (field === 3 && wireType === WireType.LengthDelimited) {
      body = readStreamedBody(reader.bytes())
    } else {
      reader.skip(wireType, field)
    }
  }
  return body === undefined ? {} : { body }
}

function readStreamedBody(bytes: Uint8Array): BodyMutation {
  const reader = new BinaryReader(bytes)
  let body: Uint8Array = noBytes()
  let isLast = false
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 1 && wireType === WireType.LengthDelimited) body = reader.bytes()
    else if (field === 2 && wireType === WireType.Varint) isLast = reader.bool()
    else reader.skip(wireType, field)
  }
  return { bytes: body, part: isLast ? 'LastStreamed' : 'Streamed' }
}

function readImmediate(bytes: Uint8Array): PickerMessage {
  let status = 0
  let headers = noMutation
  let body: Uint8Array = noBytes()
  for (const [field, value] of lengthDelimitedFields(bytes)) {
    if (field === 1) status = readStatusCode(value)
    else if (field === 2) headers = readHeaderMutation(value)
    else if (field === 3) body = value
  }
  return { type: 'Immediate', status, headers, body }
}

function readStatusCode(bytes: Uint8Array): number {
  const reader = new BinaryReader(bytes)
  let code = 0
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 1 && wireType === WireType.Varint) code = reader.int32()
    else reader.skip(wireType, field)
  }
  return code
}

function readHeaderMutation(bytes: Uint8Array): HeaderMutation {
  const set: string[] = []
  const removed: string[] = []
  for (const [field, value] of lengthDelimitedFields(bytes)) {
    if (field === 1) set.push(...readHeader(fieldOf(value, 1) ?? noBytes()))
    else if (field === 2) removed.push(utf8(value).toLowerCase())
  }
  return { set, removed }
}

/** Name and value; senders put the value into `raw_value`, older ones into `value`. */
function readHeader(bytes: Uint8Array): readonly [string, string] {
  const name = utf8(fieldOf(bytes, 1) ?? noBytes()).toLowerCase()
  const raw = fieldOf(bytes, 3) ?? noBytes()
  const value = raw.length > 0 ? raw : (fieldOf(bytes, 2) ?? noBytes())
  return [name, Buffer.from(value).toString('latin1')]
}

function readDestination(struct: Uint8Array): string | undefined {
  const namespace = valueOf(struct, destinationNamespace)
  const ofNamespace = namespace === undefined ? undefined : fieldOf(namespace, 5)
  const value = ofNamespace === undefined ? undefined : valueOf(ofNamespace, destinationHeader)
  const text = value === undefined ? undefined : fieldOf(value, 3)
  return text === undefined ? undefined : utf8(text)
}

/** The value of a key in a `google.protobuf.Struct`. */
function valueOf(struct: Uint8Array, key: string): Uint8Array | undefined {
  for (const [field, entry] of lengthDelimitedFields(struct)) {
    if (field === 1 && utf8(fieldOf(entry, 1) ?? noBytes()) === key) return fieldOf(entry, 2)
  }
  return undefined
}

/** The last value of a field that has a length. */
function fieldOf(message: Uint8Array, wanted: number): Uint8Array | undefined {
  let found: Uint8Array | undefined
  for (const [field, value] of lengthDelimitedFields(message)) if (field === wanted) found = value
  return found
}

function* lengthDelimitedFields(message: Uint8Array): Generator<readonly [number, Uint8Array]> {
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (wireType === WireType.LengthDelimited) yield [field, reader.bytes()]
    else reader.skip(wireType, field)
  }
}

function noBytes(): Uint8Array {
  return new Uint8Array(0)
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
