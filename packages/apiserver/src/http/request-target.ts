/** What the first line of a request asks for. */
export interface RequestTarget {
  /** Decoded: an escaped slash is a slash, and `..` stands for itself, as for Go's servers. */
  readonly path: string
  readonly query: URLSearchParams
}

/** As Go bounds them; more of them take Node.js quadratic time. */
const parametersMax = 10_000

/**
 * Reads the target of a request; undefined when it is no path, not properly escaped, or has more than
 * 10,000 parameters.
 */
export function parseRequestTarget(text: string): RequestTarget | undefined {
  const target = text.replace(/^https?:\/\/[^/?]*/i, '')
  if (!target.startsWith('/') || /%(?![\da-f]{2})/i.test(target.split('?', 1)[0] ?? '')) {
    return undefined
  }
  const start = target.indexOf('?')
  const path = start < 0 ? target : target.slice(0, start)
  const query = start < 0 ? '' : target.slice(start + 1)
  if (query.split('&', parametersMax + 1).length > parametersMax) return undefined
  return { path: decoded(path), query: new URLSearchParams(query) }
}

function decoded(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    // The escapes are of bytes that are not UTF-8, which no name has.
    return path
  }
}
