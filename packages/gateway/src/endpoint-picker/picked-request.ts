import type { UpstreamRequest } from '../upstream/exchange.ts'
import type { HeaderMutation } from './processing-response.ts'

/**
 * What the gateway decides alone: framing, the connection, how bodies are written, and every key. A
 * picker is neither shown keys nor may it set any.
 */
const ownHeaders: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const keyHeader = /^(?:(?:proxy-)?authorization|cookie|.*api-?key|.*-token|.*secret.*)$/

const nameForm = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
/** Visible characters, with spaces and tabs between them (RFC 9110 §5.5). */
const valueForm = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/

/** The head of a request as a picker is shown it: with its method and path, and without keys. */
export function shownHeaders(
  { headers, method, path }: UpstreamRequest,
  { authority, scheme }: { readonly authority: string; readonly scheme: string },
): readonly string[] {
  const shown = [':method', method ?? 'POST', ':path', path, ':authority', authority]
  shown.push(':scheme', scheme)
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase()
    if (!keyHeader.test(name)) shown.push(name, headers[index + 1] ?? '')
  }
  return shown
}

/** The request with what a picker changed of it, as far as that is its business. */
export function pickedRequest(
  request: UpstreamRequest,
  { body, headers }: { readonly body: Uint8Array | undefined; readonly headers: HeaderMutation },
): UpstreamRequest {
  const set = new Map<string, string>()
  for (let index = 0; index < headers.set.length; index += 2) {
    const [name = '', value = ''] = headers.set.slice(index, index + 2)
    if (mayChange(name) && valueForm.test(value)) set.set(name, value)
  }
  const removed = new Set(headers.removed.filter(mayChange))
  const kept: string[] = []
  for (let index = 0; index < request.headers.length; index += 2) {
    const [name = '', value = ''] = request.headers.slice(index, index + 2)
    const lowerName = name.toLowerCase()
    if (!set.has(lowerName) && !removed.has(lowerName)) kept.push(name, value)
  }
  return {
    ...request,
    headers: [...kept, ...[...set].flat()],
    ...(body === undefined ? {} : { body }),
  }
}

/** The headers of an answer that a picker gives itself: its framing is ours. Flat lists, as everywhere. */
export function refusalHeaders(headers: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (let index = 0; index < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2)
    const isOurs = ownHeaders.has(name) && name !== 'content-type'
    if (nameForm.test(name) && valueForm.test(value) && !isOurs) kept.push(name, value)
  }
  return kept
}

function mayChange(name: string): boolean {
  return nameForm.test(name) && !ownHeaders.has(name) && !keyHeader.test(name)
}
