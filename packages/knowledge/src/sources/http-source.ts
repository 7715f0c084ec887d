import type { SourceDocument } from '../source-document.ts'
import { contentDigest } from '../document-digest.ts'
import { type DocumentFetch, type FetchedDocument, ServerSilent } from './document-fetch.ts'
import type { DocumentSource, SourceChange } from './document-source.ts'
import { fetchFollowing } from './fetch-following.ts'
import { mediaTypeOfAnswer } from './media-type.ts'
import { ownMetadata } from './own-metadata.ts'
import { readSitemap } from './read-sitemap.ts'

interface HTTPSourceOptions {
  readonly name: string
  /** Of documents, or of sitemaps: every page of one that is on a host of these is a document. */
  readonly urls: readonly string[]
  readonly fetch: DocumentFetch
}

/** What a server needs to tell that a document is the same, and what that document was. */
interface Validators {
  readonly digest: string
  readonly headers: Readonly<Record<string, string>>
}

/** After so many documents in a row, the others of a host are not asked for in this refresh. */
const silencesMax = 3

const accept = 'text/markdown, text/html;q=0.9, text/plain;q=0.8, application/pdf;q=0.8, */*;q=0.1'

/**
 * Documents at addresses. Redirects are followed to the hosts of the addresses only. A document is not
 * sent again that the server knows to be the same, one with status 410 is gone, and one that cannot be
 * read stays as it is. Metadata is `source`, `url` and front matter.
 */
export function httpSource({ fetch, name, urls }: HTTPSourceOptions): DocumentSource {
  const addresses = urls.map((url) => new URL(url))
  const hosts = new Set(addresses.map(({ host }) => host))
  const origins = new Set(addresses.map(({ origin }) => origin))
  const validators = new Map<string, Validators>()
  return {
    name,
    async *refresh(known, signal) {
      const reading = new Reading({ name, fetch, hosts, origins, validators, known, signal })
      for (const url of urls) yield* reading.read(url)
      yield* reading.unlisted()
      for (const id of validators.keys()) if (!reading.seen.has(id)) validators.delete(id)
    },
  }
}

interface ReadingParts {
  readonly name: string
  readonly fetch: DocumentFetch
  /** Of the addresses of the source. */
  readonly hosts: ReadonlySet<string>
  readonly origins: ReadonlySet<string>
  readonly validators: Map<string, Validators>
  readonly known: ReadonlyMap<string, string>
  readonly signal: AbortSignal
}

/** One refresh of a source. */
class Reading {
  readonly seen = new Set<string>()
  readonly #name: string
  readonly #fetch: DocumentFetch
  readonly #hosts: ReadonlySet<string>
  readonly #origins: ReadonlySet<string>
  readonly #validators: Map<string, Validators>
  readonly #known: ReadonlyMap<string, string>
  readonly #signal: AbortSignal
  #isSitemapMissing = false
  /** How often in a row a host has not answered at all. */
  readonly #silences = new Map<string, number>()

  constructor({ fetch, hosts, known, name, origins, signal, validators }: ReadingParts) {
    this.#name = name
    this.#fetch = fetch
    this.#hosts = hosts
    this.#origins = origins
    this.#validators = validators
    this.#known = known
    this.#signal = signal
  }

  async *read(id: string, isListed = false): AsyncIterable<SourceChange> {
    if (this.seen.has(id)) return
    this.seen.add(id)
    try {
      yield* this.#changes(id, await this.#get(new URL(id), this.#condition(id)), isListed)
    } catch (error) {
      this.#signal.throwIfAborted()
      // It may be a sitemap, the pages of which are not gone.
      if (!isListed && (isSitemapName(id) || !this.#known.has(id))) this.#isSitemapMissing = true
      const problem = error instanceof Error ? error.message : 'it could not be read'
      yield { type: 'failed', id, problem }
    }
  }

  /** A server that does not answer would be waited for with each of its documents. */
  async #get(url: URL, condition: Readonly<Record<string, string>>) {
    const { host } = url
    const silences = this.#silences.get(host) ?? 0
    if (silences >= silencesMax)
      throw new Error(`${host} has not answered ${silences} times in a row`)
    const headers = { accept, ...condition }
    try {
      const got = await fetchFollowing(this.#fetch, url, this.#hosts, headers, this.#signal)
      this.#silences.delete(host)
      return got
    } catch (error) {
      if (error instanceof ServerSilent) this.#silences.set(host, silences + 1)
      throw error
    }
  }

  /** What is known and was in no list, because the list could not be read. */
  *unlisted(): Iterable<SourceChange> {
    if (!this.#isSitemapMissing) return
    for (const id of this.#known.keys()) if (!this.seen.has(id)) yield { type: 'unchanged', id }
  }

  async *#changes(
    id: string,
    { answer, url }: { answer: FetchedDocument; url: URL },
    isListed: boolean,
  ): AsyncIterable<SourceChange> {
    if (answer.status === 304) {
      yield { type: 'unchanged', id }
      return
    }
    if (answer.status === 410) return
    if (answer.status !== 200) throw new Error(`the server answered with status ${answer.status}`)
    const pages = isListed ? undefined : sitemapOf(answer)
    if (pages !== undefined) {
      const permitted = pages.filter((page) => this.#isPermitted(page))
      // One that is empty for a moment takes no pages away either.
      if (permitted.length === 0) throw new Error('the sitemap names no page that may be read')
      for (const page of permitted) yield* this.read(page, true)
      return
    }
    if (!isListed && (isSitemapName(id) || isSitemapName(url.href))) {
      // Such as a page that tells of maintenance: the pages of the sitemap are not gone.
      throw new Error('the answer is no sitemap')
    }
    const type = answer.header('content-type')
    const mediaType = mediaTypeOfAnswer(type, url.pathname)
    if (mediaType === undefined) {
      throw new Error(
        `it has the content type ${(type ?? 'none').slice(0, 100)}, which is not read`,
      )
    }
    const content = answer.body
    const metadata = ownMetadata(mediaType, content, { source: this.#name, url: id })
    const document = { id, mediaType, content, title: null, url: id, metadata }
    this.#remember(id, answer, document)
    yield { type: 'document', document }
  }

  /** Only while what is indexed is what the server sent. */
  #condition(id: string): Readonly<Record<string, string>> {
    const last = this.#validators.get(id)
    return last !== undefined && last.digest === this.#known.get(id) ? last.headers : {}
  }

  #remember(id: string, answer: FetchedDocument, document: SourceDocument): void {
    const tag = answer.header('etag')
    const modified = answer.header('last-modified')
    const headers = {
      ...(tag === undefined ? {} : { 'if-none-match': tag }),
      ...(modified === undefined ? {} : { 'if-modified-since': modified }),
    }
    this.#validators.set(id, { digest: contentDigest(document), headers })
  }

  #isPermitted(page: string): boolean {
    const url = URL.parse(page)
    if (url === null || !this.#hosts.has(url.host)) return false
    // Without TLS only where the source itself is.
    return url.protocol === 'https:' || this.#origins.has(url.origin)
  }
}

/** Whether an address says that a sitemap is there. */
function isSitemapName(address: string): boolean {
  return /\.xml$/i.test(new URL(address).pathname)
}

function sitemapOf(answer: FetchedDocument): readonly string[] | undefined {
  const isXML = /^(?:application|text)\/xml\b/i.test(answer.header('content-type') ?? '')
  return isXML ? readSitemap(new TextDecoder().decode(answer.body)) : undefined
}
