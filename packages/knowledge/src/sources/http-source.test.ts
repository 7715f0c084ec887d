import { expect, test } from 'vitest'
import { contentDigest } from '../document-digest.ts'
import { type DocumentFetch, ServerSilent } from './document-fetch.ts'
import type { DocumentSource, SourceChange } from './document-source.ts'
import { httpSource } from './http-source.ts'

interface Page {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

class Site {
  readonly pages = new Map<string, Page | Error>()
  readonly asked: { url: string; headers: Readonly<Record<string, string>> }[] = []

  readonly fetch: DocumentFetch = async (url, { headers }) => {
    this.asked.push({ url: url.href, headers })
    const page = this.pages.get(url.href) ?? { status: 404 }
    if (page instanceof Error) throw page
    const isSame =
      headers['if-none-match'] !== undefined && headers['if-none-match'] === page.headers?.['etag']
    return Promise.resolve({
      status: isSame ? 304 : (page.status ?? 200),
      header: (name) => page.headers?.[name],
      body: Buffer.from(page.body ?? ''),
    })
  }
}

async function changes(
  source: DocumentSource,
  known: ReadonlyMap<string, string> = new Map(),
  signal = new AbortController().signal,
) {
  const all: SourceChange[] = []
  for await (const change of source.refresh(known, signal)) all.push(change)
  return all
}

function digests(all: readonly SourceChange[]): ReadonlyMap<string, string> {
  return new Map(
    all.flatMap((change) =>
      change.type === 'document' ? [[change.document.id, contentDigest(change.document)]] : [],
    ),
  )
}

const kinds = (all: readonly SourceChange[]) =>
  all.map((change) =>
    change.type === 'document'
      ? [change.document.id, change.document.mediaType]
      : [change.id, change.type === 'failed' ? change.problem : change.type],
  )

test('the type is what the server says, and the ending only where it says nothing of use', async () => {
  const site = new Site()
  const types: Record<string, string | undefined> = {
    'a.md': 'text/plain',
    b: 'text/html; charset=utf-8',
    'c.pdf': 'application/octet-stream',
    d: 'text/plain',
    'e.md': 'image/png',
    'f.html': undefined,
  }
  for (const [name, type] of Object.entries(types)) {
    site.pages.set(`https://docs.example.com/${name}`, {
      body: name,
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    })
  }
  const urls = Object.keys(types).map((name) => `https://docs.example.com/${name}`)
  const all = await changes(httpSource({ name: 's', urls, fetch: site.fetch }))
  expect(kinds(all).map(([, kind]) => kind)).toEqual([
    'text/markdown',
    'text/html',
    'application/pdf',
    'text/plain',
    'it has the content type image/png, which is not read',
    'text/html',
  ])
})

test('what the server knows to be the same is not sent again, unless it is not what is indexed', async () => {
  const site = new Site()
  const url = 'https://docs.example.com/a.md'
  site.pages.set(url, { body: 'One', headers: { etag: '"1"' } })
  const source = httpSource({ name: 's', urls: [url], fetch: site.fetch })
  const known = digests(await changes(source))
  expect(kinds(await changes(source, known))).toEqual([[url, 'unchanged']])
  expect(kinds(await changes(source, new Map([[url, '']])))).toEqual([[url, 'text/markdown']])
  site.pages.set(url, { body: 'Two', headers: { etag: '"2"' } })
  expect(kinds(await changes(source, known))).toEqual([[url, 'text/markdown']])
})

test('redirects lead to permitted hosts only, and not in circles', async () => {
  const site = new Site()
  const at = (path: string) => `https://docs.example.com/${path}`
  site.pages.set(at('a.md'), { status: 302, headers: { location: '/b.md' } })
  site.pages.set(at('b.md'), { body: 'B' })
  site.pages.set(at('out'), { status: 301, headers: { location: 'https://169.254.169.254/x' } })
  site.pages.set(at('down'), { status: 301, headers: { location: 'http://docs.example.com/b.md' } })
  site.pages.set(at('round'), { status: 307, headers: { location: '/round' } })
  const all = await changes(
    httpSource({ name: 's', urls: ['a.md', 'out', 'down', 'round'].map(at), fetch: site.fetch }),
  )
  expect(kinds(all)).toEqual([
    [at('a.md'), 'text/markdown'],
    [at('out'), 'it is redirected to https://169.254.169.254, which is not permitted'],
    [at('down'), 'it is redirected to http://docs.example.com, which is not permitted'],
    [at('round'), 'it is redirected more than 5 times'],
  ])
  expect(site.asked.some(({ url }) => url.includes('169.254') || url.startsWith('http:'))).toBe(
    false,
  )
})

test('the pages of a sitemap are documents, and none is gone when the sitemap cannot be read', async () => {
  const site = new Site()
  const at = (path: string) => `https://docs.example.com/${path}`
  const xml = { 'content-type': 'application/xml' }
  site.pages.set(at('sitemap.xml'), {
    headers: xml,
    body: `<?xml version="1.0"?><urlset><url><loc>${at('a.html')}</loc></url><url><loc>${at('b.html')}</loc></url><url><loc>https://other.example.com/c.html</loc></url></urlset>`,
  })
  site.pages.set(at('a.html'), { body: 'A' })
  site.pages.set(at('b.html'), { status: 410 })
  const source = httpSource({ name: 's', urls: [at('sitemap.xml')], fetch: site.fetch })
  const first = await changes(source)
  expect(kinds(first)).toEqual([[at('a.html'), 'text/html']])
  site.pages.set(at('sitemap.xml'), new Error('it took too long'))
  expect(kinds(await changes(source, digests(first)))).toEqual([
    [at('sitemap.xml'), 'it took too long'],
    [at('a.html'), 'unchanged'],
  ])
  site.pages.set(at('sitemap.xml'), { headers: { 'content-type': 'text/html' }, body: 'Back soon' })
  expect(kinds(await changes(source, digests(first)))).toEqual([
    [at('sitemap.xml'), 'the answer is no sitemap'],
    [at('a.html'), 'unchanged'],
  ])
})

test('neither an empty sitemap nor a page that stands in for one takes pages away', async () => {
  const site = new Site()
  const at = (path: string) => `https://docs.example.com/${path}`
  const xml = { 'content-type': 'application/xml' }
  const known = new Map([
    [at('a.html'), 'a'],
    [at('sitemap.xml'), 'once indexed as a document'],
  ])
  const source = httpSource({ name: 's', urls: [at('sitemap.xml')], fetch: site.fetch })
  const problems = async () => kinds(await changes(source, known))
  site.pages.set(at('sitemap.xml'), { headers: xml, body: '<urlset></urlset>' })
  expect(await problems()).toEqual([
    [at('sitemap.xml'), 'the sitemap names no page that may be read'],
    [at('a.html'), 'unchanged'],
  ])
  site.pages.set(at('sitemap.xml'), { status: 302, headers: { location: '/maintenance.html' } })
  site.pages.set(at('maintenance.html'), { body: 'Back soon' })
  expect(await problems()).toEqual([
    [at('sitemap.xml'), 'the answer is no sitemap'],
    [at('a.html'), 'unchanged'],
  ])
})

test('pages of a sitemap are read without TLS only where an address of the source is', async () => {
  const site = new Site()
  const xml = { 'content-type': 'text/xml' }
  const pages = ['http://docs.example.com/a.md', 'https://docs.example.com/b.md']
  const body = `<urlset>${pages.map((page) => `<url><loc>${page}</loc></url>`).join('')}</urlset>`
  site.pages.set('https://docs.example.com/sitemap.xml', { headers: xml, body })
  site.pages.set('http://docs.example.com/sitemap.xml', { headers: xml, body })
  for (const page of pages) site.pages.set(page, { body: 'text' })
  const read = async (...urls: readonly string[]) =>
    kinds(await changes(httpSource({ name: 's', urls, fetch: site.fetch }))).map(([id]) => id)
  expect(await read('https://docs.example.com/sitemap.xml')).toEqual([pages[1]])
  expect(await read('http://docs.example.com/sitemap.xml')).toEqual(pages)
})

test('metadata is front matter and where a document is from, which it cannot say otherwise', async () => {
  const site = new Site()
  const at = (path: string) => `https://docs.example.com/${path}`
  const matter = '---\r\ndepartment: hr\r\nurl: https://elsewhere.test\r\nsource: x\r\n---\r\nText'
  site.pages.set(at('a.md'), { body: matter })
  site.pages.set(at('b.txt'), { body: matter })
  site.pages.set(at('c.md'), { body: `---\ndepartment: hr\nx: ${'x'.repeat(9000)}\n---\nText` })
  const urls = ['a.md', 'b.txt', 'c.md'].map(at)
  const all = await changes(httpSource({ name: 's', urls, fetch: site.fetch }))
  expect(all.map((change) => change.type === 'document' && change.document.metadata)).toEqual([
    { department: 'hr', source: 's', url: at('a.md') },
    { source: 's', url: at('b.txt') },
    { source: 's', url: at('c.md') },
  ])
})

test('a refresh that is stopped throws, and reports no failures', async () => {
  const stop = new AbortController()
  const fetch: DocumentFetch = () => {
    stop.abort(new Error('stopped'))
    return Promise.reject(new Error('aborted'))
  }
  const source = httpSource({ name: 's', urls: ['https://docs.example.com/a.md'], fetch })
  await expect(changes(source, new Map(), stop.signal)).rejects.toThrow('stopped')
})

test('a server that is silent is not waited for with each of its documents', async () => {
  const site = new Site()
  const silent = Array.from({ length: 10 }, (_, at) => `https://silent.example.com/${at}`)
  const broken = Array.from({ length: 5 }, (_, at) => `https://broken.example.com/${at}`)
  for (const url of silent) site.pages.set(url, new ServerSilent('it did not answer'))
  for (const url of broken) site.pages.set(url, new Error('it is too large'))
  const source = httpSource({ name: 'site', urls: [...silent, ...broken], fetch: site.fetch })
  const all = await changes(source)
  expect(all.map(({ type }) => type)).toEqual(Array.from({ length: 15 }, () => 'failed'))
  expect(site.asked).toHaveLength(3 + 5)
  expect(kinds(all)[9]?.[1]).toContain('has not answered 3 times in a row')
  await changes(source)
  expect(site.asked).toHaveLength(2 * (3 + 5))
})
