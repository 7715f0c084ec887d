/** As many characters of base64 as hold the bytes that are looked at. */
const headLength = 24

const signatures: readonly (readonly [string, RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
  ['image/bmp', /^BM/],
  ['image/tiff', /^(?:II\*\0|MM\0\*)/],
  ['image/avif', /^[^]{4}ftypavi[fs]/],
  ['image/heic', /^[^]{4}ftyphei[cs]/],
]

const otherNames: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['image/x-png', 'image/png'],
  ['image/x-ms-bmp', 'image/bmp'],
])

/**
 * The media type of an image, by its first bytes; where these say nothing, the declared one under its
 * registered name. Callers declare what their file's name ends in, and providers compare.
 */
export function imageType(base64: string, declared: string): string {
  const head = Buffer.from(base64.slice(0, headLength), 'base64').toString('latin1')
  const found = signatures.find(([, pattern]) => pattern.test(head))
  if (found !== undefined) return found[0]
  const name = declared.toLowerCase()
  return otherNames.get(name) ?? name
}
