/**
 * Decodes `/a/b~1c` into its tokens. Undefined for a text without a slash; what stands before the
 * first one is not looked at, as by the library of the real server.
 */
export function parseJsonPointer(pointer: string): string[] | undefined {
  if (pointer === '') return []
  if (!pointer.includes('/')) return undefined
  return pointer.split('/').slice(1).map(decodeToken)
}

function decodeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
