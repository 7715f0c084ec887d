import { documentBytesMax } from '../source-document.ts'
import type { DocumentFetch, FetchedDocument } from './document-fetch.ts'

const redirectsMax = 5

/** Gets an address, and where it leads to within the permitted hosts. */
export async function fetchFollowing(
  fetch: DocumentFetch,
  url: URL,
  hosts: ReadonlySet<string>,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ answer: FetchedDocument; url: URL }> {
  let at = url
  for (let count = 0; count <= redirectsMax; count++) {
    const answer = await fetch(at, { headers, bytesMax: documentBytesMax, signal })
    if (![301, 302, 303, 307, 308].includes(answer.status)) return { answer, url: at }
    const to = URL.parse(answer.header('location') ?? '', at)
    if (to === null) throw new Error('it is redirected to no address')
    if (!hosts.has(to.host) || (to.protocol !== 'https:' && to.protocol !== at.protocol)) {
      throw new Error(`it is redirected to ${to.protocol}//${to.host}, which is not permitted`)
    }
    at = to
  }
  throw new Error(`it is redirected more than ${redirectsMax} times`)
}
