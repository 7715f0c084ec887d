import { Parser } from 'htmlparser2'
import type { ReadDocument } from './block.ts'
import { HTMLBlocks } from './html-blocks.ts'

/**
 * The main part of a page, without its navigation, scripts and styles. It is read as a stream: the
 * depth of a page costs no stack. Throws an Error for a page that is nested beyond all reason.
 */
export function readHTML(text: string): ReadDocument {
  const blocks = new HTMLBlocks()
  const parser = new Parser(
    {
      onopentag: (name, attributes) => blocks.open(name, attributes),
      ontext: (data) => blocks.text(data),
      onclosetag: () => blocks.close(),
    },
    { decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: false },
  )
  parser.end(text)
  return blocks.read()
}
