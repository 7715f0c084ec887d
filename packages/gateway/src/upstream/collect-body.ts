import { isBlank } from './is-blank.ts'
import type { CollectedBody, Exchange } from './exchange.ts'

/** `Exchange.collect` for an exchange whose bytes come by `next`. */
export async function collectBody(
  exchange: Pick<Exchange, 'next'>,
  bytesMax: number,
  onProgress: () => void = () => {},
): Promise<CollectedBody> {
  const chunks: Buffer[] = []
  let length = 0
  for (;;) {
    const chunk = await exchange.next()
    if (chunk === undefined) return { bytes: Buffer.concat(chunks, length), complete: true }
    if (!isBlank(chunk)) onProgress()
    chunks.push(chunk)
    length += chunk.length
    if (length > bytesMax) return { bytes: Buffer.concat(chunks, length), complete: false }
  }
}
