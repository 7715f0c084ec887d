/** What a data URL holds. */
export interface DataUrl {
  /** In lower case; `text/plain` where the URL names none. */
  readonly mediaType: string
  readonly base64: string
}

/** Reads data URLs, base64 or percent-encoded (RFC 2397); undefined for anything else. */
export function parseDataUrl(url: string): DataUrl | undefined {
  const comma = url.indexOf(',')
  if (!url.startsWith('data:') || comma === -1) return undefined
  const [mediaType = '', ...parameters] = url.slice('data:'.length, comma).split(';')
  const data = url.slice(comma + 1)
  return {
    mediaType: mediaType === '' ? 'text/plain' : mediaType.toLowerCase(),
    base64: parameters.includes('base64')
      ? data
      : Buffer.from(percentDecoded(data)).toString('base64'),
  }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
