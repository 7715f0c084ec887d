import { ModelError } from '../../errors/model-error.ts'
import { parseDataUrl } from '../../operations/chat/data-url.ts'
import { imageType } from '../../operations/chat/image-type.ts'

/** A bare base64 image as a data URL; only its bytes tell its type. */
export function imageUrl(base64: string): string {
  return base64.startsWith('data:')
    ? base64
    : `data:${imageType(base64, 'image/png')};base64,${base64}`
}

/** The base64 of an image's data URL. Throws a ModelError 400 for one at a web address. */
export function imageBase64(url: string): string {
  const data = parseDataUrl(url)
  if (data !== undefined) return data.base64
  throw new ModelError(
    'invalid-request',
    'This model takes images only as data. Send the image itself as a data URL.',
    { param: 'messages' },
  )
}
