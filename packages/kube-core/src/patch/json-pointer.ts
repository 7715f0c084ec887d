/** Decodes `/a/b~1c` into its tokens. Undefined if the string is not a JSON pointer (RFC 6901). */
export function parseJsonPointer(pointer: string): string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) return undefined
  return pointer.slice(1).split('/').map(decodeToken)
}

function decodeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
