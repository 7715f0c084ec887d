/** DER encoding (ITU-T X.690) of the few ASN.1 types used in X.509 certificates. */

export function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts))
}

/** A SET OF with one member, the only form that our distinguished names need. */
export function setOfOne(part: Buffer): Buffer {
  return element(0x31, part)
}

/** An INTEGER from its unsigned big-endian bytes. */
export function unsignedInteger(bytes: Buffer): Buffer {
  const firstByte = bytes[0] ?? 0
  return element(0x02, firstByte >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.of(value ? 0xff : 0))
}

export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return element(0x03, Buffer.concat([Buffer.of(unusedBits), bytes]))
}

export function octetString(bytes: Buffer): Buffer {
  return element(0x04, bytes)
}

export function utf8String(text: string): Buffer {
  return element(0x0c, Buffer.from(text, 'utf8'))
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** UTCTime through 2049 and GeneralizedTime after it, as RFC 5280 §4.1.2.5 requires. */
export function time(moment: Date): Buffer {
  const digits = moment.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  const isUtcTime = moment.getUTCFullYear() < 2050
  return element(isUtcTime ? 0x17 : 0x18, Buffer.from(isUtcTime ? digits.slice(2) : digits))
}

/** Context-specific tag `[number]`, constructed (EXPLICIT) by default. */
export function tagged(number: number, content: Buffer, form: 'constructed' | 'primitive'): Buffer {
  return element((form === 'constructed' ? 0xa0 : 0x80) | number, content)
}

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content])
}

function lengthOf(content: Buffer): Buffer {
  const size = content.length
  if (size < 0x80) return Buffer.of(size)
  if (size < 0x100) return Buffer.of(0x81, size)
  if (size < 0x10000) return Buffer.of(0x82, size >> 8, size & 0xff)
  throw new RangeError(`a DER element of ${size} bytes is longer than a certificate can be`)
}

function base128(arc: number): number[] {
  const digits = [arc & 0x7f]
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}
