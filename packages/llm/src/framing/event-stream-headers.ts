/** A header of a message, with the types that the format has. */
export type EventStreamHeader =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'byte' | 'short' | 'integer'; readonly value: number }
  /** A timestamp is in milliseconds since the epoch. */
  | { readonly type: 'long' | 'timestamp'; readonly value: bigint }
  | { readonly type: 'bytes'; readonly value: Buffer }
  | { readonly type: 'string'; readonly value: string }
  /** In lower case, with hyphens. */
  | { readonly type: 'uuid'; readonly value: string }

/** The format's numbers of the types. */
const codes = {
  true: 0,
  false: 1,
  byte: 2,
  short: 3,
  integer: 4,
  long: 5,
  bytes: 6,
  string: 7,
  timestamp: 8,
  uuid: 9,
} as const

const nameBytesMax = 255
const valueBytesMax = 65_535

/** The headers in these bytes, the last of a name; undefined for bytes that are none. */
export function readHeaders(bytes: Buffer): ReadonlyMap<string, EventStreamHeader> | undefined {
  const headers = new Map<string, EventStreamHeader>()
  const reader = { bytes, at: 0 }
  while (reader.at < bytes.length) {
    const nameLength = take(reader, 1)?.readUInt8()
    const name = nameLength === undefined ? undefined : take(reader, nameLength)
    const code = take(reader, 1)?.readUInt8()
    if (!name?.length || code === undefined) return undefined
    const header = readValue(reader, code)
    if (header === undefined) return undefined
    headers.set(name.toString('utf8'), header)
  }
  return headers
}

interface Reader {
  readonly bytes: Buffer
  at: number
}

function take(reader: Reader, length: number): Buffer | undefined {
  const end = reader.at + length
  if (end > reader.bytes.length) return undefined
  const bytes = reader.bytes.subarray(reader.at, end)
  reader.at = end
  return bytes
}

function readValue(reader: Reader, code: number): EventStreamHeader | undefined {
  switch (code) {
    case codes.true:
      return { type: 'boolean', value: true }
    case codes.false:
      return { type: 'boolean', value: false }
    case codes.byte:
      return number('byte', take(reader, 1)?.readInt8())
    case codes.short:
      return number('short', take(reader, 2)?.readInt16BE())
    case codes.integer:
      return number('integer', take(reader, 4)?.readInt32BE())
    case codes.long:
      return long('long', take(reader, 8)?.readBigInt64BE())
    case codes.timestamp:
      return long('timestamp', take(reader, 8)?.readBigInt64BE())
    case codes.bytes: {
      const value = takeSized(reader)
      return value && { type: 'bytes', value }
    }
    case codes.string: {
      const value = takeSized(reader)?.toString('utf8')
      return value === undefined ? undefined : { type: 'string', value }
    }
    case codes.uuid: {
      const value = take(reader, 16)?.toString('hex')
      return value === undefined ? undefined : { type: 'uuid', value: hyphenated(value) }
    }
    default:
      return undefined
  }
}

function number(
  type: 'byte' | 'short' | 'integer',
  value: number | undefined,
): EventStreamHeader | undefined {
  return value === undefined ? undefined : { type, value }
}

function long(
  type: 'long' | 'timestamp',
  value: bigint | undefined,
): EventStreamHeader | undefined {
  return value === undefined ? undefined : { type, value }
}

function takeSized(reader: Reader): Buffer | undefined {
  const length = take(reader, 2)?.readUInt16BE()
  return length === undefined ? undefined : take(reader, length)
}

function hyphenated(hex: string): string {
  const [a, b, c, d, e] = [[0, 8], [8, 12], [12, 16], [16, 20], [20]].map(([start, end]) =>
    hex.slice(start, end),
  )
  return `${a}-${b}-${c}-${d}-${e}`
}

/** The headers as bytes. Throws TypeError for a name or value that is too long or has no such form. */
export function writeHeaders(headers: ReadonlyMap<string, EventStreamHeader>): Buffer {
  const pieces: Buffer[] = []
  for (const [name, header] of headers) {
    const text = Buffer.from(name)
    if (text.length === 0 || text.length > nameBytesMax) {
      throw new TypeError(`the name of a header has 1 to ${nameBytesMax} bytes`)
    }
    pieces.push(Buffer.from([text.length]), text, ...writeValue(header))
  }
  return Buffer.concat(pieces)
}

function writeValue(header: EventStreamHeader): readonly Buffer[] {
  switch (header.type) {
    case 'boolean':
      return [Buffer.from([header.value ? codes.true : codes.false])]
    case 'byte':
      return coded('byte', 1, (bytes) => bytes.writeInt8(header.value))
    case 'short':
      return coded('short', 2, (bytes) => bytes.writeInt16BE(header.value))
    case 'integer':
      return coded('integer', 4, (bytes) => bytes.writeInt32BE(header.value))
    case 'long':
    case 'timestamp':
      return coded(header.type, 8, (bytes) => bytes.writeBigInt64BE(header.value))
    case 'bytes':
      return sized('bytes', header.value)
    case 'string':
      return sized('string', Buffer.from(header.value))
    case 'uuid': {
      const value = Buffer.from(header.value.replaceAll('-', ''), 'hex')
      if (value.length !== 16) throw new TypeError('a UUID has 32 hexadecimal digits')
      return [Buffer.from([codes.uuid]), value]
    }
  }
}

function coded(
  type: keyof typeof codes,
  length: number,
  write: (bytes: Buffer) => void,
): readonly Buffer[] {
  const bytes = Buffer.alloc(length)
  write(bytes)
  return [Buffer.from([codes[type]]), bytes]
}

function sized(type: 'bytes' | 'string', value: Buffer): readonly Buffer[] {
  if (value.length > valueBytesMax) {
    throw new TypeError(`the value of a header has at most ${valueBytesMax} bytes`)
  }
  return [...coded(type, 2, (bytes) => bytes.writeUInt16BE(value.length)), value]
}
