/**
 * Writes a message from its end to its beginning, as Go's generated code does: what is nested is
 * written before its length, so that nothing is measured twice.
 */
export class WireWriter {
  #buffer: Buffer
  #start: number

  constructor(capacity = 1024) {
    this.#buffer = Buffer.alloc(capacity)
    this.#start = capacity
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#buffer.length - this.#start
  }

  /** The written message, which shares the writer's memory. */
  finish(): Buffer {
    return this.#buffer.subarray(this.#start)
  }

  tag(number: number, wireType: 0 | 1 | 2): void {
    this.varint(number * 8 + wireType)
  }

  /** Up to 2^53; a `bigint` up to 64 bits, negative ones in two's complement. */
  varint(value: number | bigint): void {
    if (typeof value === 'bigint') return this.#wideVarint(BigInt.asUintN(64, value))
    if (value < 0 || value > 0x7fff_ffff) return this.#wideVarint(BigInt.asUintN(64, BigInt(value)))
    const size =
      value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5
    let position = this.#reserve(size)
    let rest = value
    for (; rest >= 0x80; rest >>>= 7) this.#buffer[position++] = (rest & 0x7f) | 0x80
    this.#buffer[position] = rest
  }

  double(value: number): void {
    const position = this.#reserve(8)
    this.#buffer.writeDoubleLE(value, position)
  }

  /** The bytes and, before them, their number. */
  bytes(bytes: Buffer): void {
    this.raw(bytes)
    this.varint(bytes.length)
  }

  /** The text in UTF-8 and, before it, its number of bytes. */
  text(text: string): void {
    const length = Buffer.byteLength(text, 'utf8')
    const position = this.#reserve(length)
    this.#buffer.write(text, position, 'utf8')
    this.varint(length)
  }

  /** The length of everything written since `length` was `before`. */
  lengthSince(before: number): void {
    this.varint(this.length - before)
  }

  raw(bytes: Buffer): void {
    const position = this.#reserve(bytes.length)
    bytes.copy(this.#buffer, position)
  }

  #wideVarint(value: bigint): void {
    const bytes: number[] = []
    let rest = value
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
    bytes.push(Number(rest))
    this.raw(Buffer.from(bytes))
  }

  /** The position of so many bytes before what is written, in the buffer as it is afterwards. */
  #reserve(size: number): number {
    if (size > this.#start) {
      const used = this.length
      const grown = Buffer.alloc(Math.max(this.#buffer.length * 2, used + size + 1024))
      this.#buffer.copy(grown, grown.length - used, this.#start)
      this.#buffer = grown
      this.#start = grown.length - used
    }
    this.#start -= size
    return this.#start
  }
}
