import { Parser } from 'htmlparser2'

const pagesMax = 10_000

/** The addresses of a sitemap; undefined for a text that is none. */
export function readSitemap(text: string): readonly string[] | undefined {
  const head = text.slice(0, 2000)
  if (!/<(?:\w+:)?urlset[\s>]/.test(head)) return undefined
  const addresses: string[] = []
  let address: string | undefined
  const parser = new Parser(
    {
      onopentag: (name) => {
        if (name === 'loc') address = ''
      },
      ontext: (data) => {
        if (address !== undefined) address += data
      },
      onclosetag: (name) => {
        if (name !== 'loc' || address === undefined) return
        if (addresses.length < pagesMax) addresses.push(address.trim())
        address = undefined
      },
    },
    { xmlMode: true },
  )
  parser.end(text)
  return addresses
}
