/** The remainders of all bytes, for the reflected polynomial of IEEE 802.3. */
const remainders: ArrayLike<number> = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  }
  return remainder
})

/**
 * The CRC-32 of bytes, as gzip and Ethernet have it, as an unsigned number. `before` is the checksum of
 * the bytes that come before these; defaults to none.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before
  for (let index = 0; index < bytes.length; index += 1) {
    crc = (crc >>> 8) ^ (remainders[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0)
  }
  return ~crc >>> 0
}
