/** The pixels of an image. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** As many bytes of a file as are looked at: cameras put up to 64 KiB of notes before the size. */
export const imageHeadBytes = 128 * 1024

/** The size that an image's first bytes tell: PNG, JPEG, GIF or WebP; undefined for any other. */
export function imageSize(head: Uint8Array): ImageSize | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const size = readSize(bytes)
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined
}

function readSize(bytes: Buffer): ImageSize | undefined {
  const start = bytes.toString('latin1', 0, 16)
  if (start.startsWith('\x89PNG\r\n\x1a\n') && bytes.length >= 24) {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  }
  if (/^GIF8[79]a/.test(start) && bytes.length >= 10) {
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  }
  if (start.startsWith('RIFF') && start.startsWith('WEBP', 8)) return webpSize(bytes)
  return start.startsWith('\xff\xd8\xff') ? jpegSize(bytes) : undefined
}

/** https://developers.google.com/speed/webp/docs/riff_container and RFC 6386, section 9.1. */
function webpSize(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 30) return undefined
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
    case 'VP8L': {
      const packed = bytes.readUInt32LE(21)
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8 ':
      return {
        width: bytes.readUInt16LE(26) & 0x3fff,
        height: bytes.readUInt16LE(28) & 0x3fff,
      }
    default:
      return undefined
  }
}

/** Goes from segment to segment to the frame header, which tells the size. */
function jpegSize(bytes: Buffer): ImageSize | undefined {
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}
