import { ModelError } from '../../errors/model-error.ts'

/** The beginnings of images in base64, whose type nothing else tells here. */
const signatures: readonly (readonly [beginning: string, mediaType: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['Qk', 'image/bmp'],
]

/** A bare base64 image as a data URL. */
export function imageUrl(base64: string): string {
  if (base64.startsWith('data:')) return base64
  const [, mediaType] = signatures.find(([beginning]) => base64.startsWith(beginning)) ?? []
  return `data:${mediaType ?? 'image/png'};base64,${base64}`
}

/** The base64 of an image's data URL. Throws a ModelError 400 for one at a web address. */
export function imageBase64(url: string): string {
  const comma = url.indexOf(',')
  if (!url.startsWith('data:') || comma === -1) {
    throw new ModelError(
      'invalid-request',
      'This model takes images only as data. Send the image itself as a data URL.',
      { param: 'messages' },
    )
  }
  const head = url.slice(0, comma)
  const data = url.slice(comma + 1)
  if (head.endsWith(';base64')) return data
  throw new ModelError(
    'invalid-request',
    'This model takes images only in base64. Send a data URL of the form data:image/png;base64,….',
    { param: 'messages' },
  )
}
