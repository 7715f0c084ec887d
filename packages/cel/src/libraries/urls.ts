import { CelScalar, celFunc, celMethod, celMap } from '@bufbuild/cel'
import { opaque, textOf } from '../opaque.ts'

const { BOOL, DYN, STRING } = CelScalar

interface UrlParts {
  scheme: string
  host: string
  path: string
  query: string
}

/** `url`, `isURL` and the components of a URL. A URL is absolute, or an absolute path. */
export const urlLibrary = [
  celFunc('isURL', [STRING], BOOL, (text) => parse(text) !== undefined),
  celFunc('url', [STRING], DYN, (text) => {
    if (!parse(text)) throw new Error(`URL parse error during conversion from string: ${text}`)
    return opaque('url', text)
  }),
  part('getScheme', (url) => url.scheme),
  part('getHost', (url) => url.host),
  part('getHostname', (url) => splitPort(url.host).hostname),
  part('getPort', (url) => splitPort(url.host).port),
  part('getEscapedPath', (url) => encodeURI(decodeSafely(url.path))),
  celMethod('getQuery', DYN, [], DYN, function () {
    return celMap(parseQuery(partsOf(this).query))
  }),
]

function part(name: string, read: (url: UrlParts) => string) {
  return celMethod(name, DYN, [], STRING, function () {
    return read(partsOf(this))
  })
}

function partsOf(value: unknown): UrlParts {
  return parse(textOf(value, 'url')) ?? { scheme: '', host: '', path: '', query: '' }
}

function parse(text: string): UrlParts | undefined {
  if (/[\s\p{Cc}]/u.test(text) || /%(?![0-9a-f]{2})/i.test(text)) return undefined
  const [match, scheme = '', host = '', path = '', query = ''] =
    /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?([^?#]*)(?:\?(.*))?$/i.exec(text) ??
    []
  if (match === undefined || (scheme === '' && !text.startsWith('/'))) return undefined
  const port = splitPort(host).port
  return /^\d*$/.test(port) ? { scheme: scheme.toLowerCase(), host, path, query } : undefined
}

function splitPort(host: string): { hostname: string; port: string } {
  const [, address = host, port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(host) ?? []
  return { hostname: address.replace(/^\[|\]$/g, ''), port }
}

function parseQuery(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [key, value] of new URLSearchParams(query)) {
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return values
}

function decodeSafely(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
