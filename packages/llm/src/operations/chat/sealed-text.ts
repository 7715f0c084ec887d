/** The dialect that sealed a text, and in which field of a ReasoningItem or FunctionCallItem it belongs. */
export interface SealedText {
  readonly maker: string
  readonly field: 'signature' | 'encrypted_content'
  readonly text: string
}

/**
 * `fairlead:` in base64. Sealed texts travel in fields that some SDKs decode as base64, so a wrapped
 * one is base64 as well.
 */
const mark = 'ZmFpcmxlYWQ6'

/**
 * A sealed text for a caller of `dialect`, who is to send it back. That of another maker is wrapped
 * together with its maker's name, so that it reaches nobody else when it returns.
 */
export function wrapSealed({ maker, field, text }: SealedText, dialect: string): string {
  if (maker === dialect) return text
  return Buffer.from(`fairlead:${maker}:${field}:${text}`).toString('base64')
}

/**
 * Whether a body may hold what `wrapSealed` wrapped, which no provider can read: then it cannot pass
 * unread.
 */
export function mayHoldWrapped(body: Uint8Array): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(mark)
}

/** What `wrapSealed` wrapped for callers of `dialect`, or the dialect's own text as it came. */
export function unwrapSealed(
  text: string,
  dialect: string,
  ownField: SealedText['field'],
): SealedText {
  const own: SealedText = { maker: dialect, field: ownField, text }
  if (!text.startsWith(mark)) return own
  const [, maker = '', field = '', ...rest] = Buffer.from(text, 'base64').toString().split(':')
  if (maker === '' || (field !== 'signature' && field !== 'encrypted_content')) return own
  return { maker, field, text: rest.join(':') }
}
