import { Lexer, type Token, type Tokens } from 'marked'
import type { Block, ReadDocument } from './block.ts'
import { splitFrontMatter } from './front-matter.ts'
import { HeadingSlugs } from './heading-slug.ts'
import { readHTML } from './read-html.ts'

/** Only blocks are told apart: what is within a line stays as it was written, which models read well. */
export function readMarkdown(text: string): ReadDocument {
  const { body, title } = withoutFrontMatter(text.replaceAll(/\r\n?/g, '\n'))
  const slugs = new HeadingSlugs()
  const blocks = new Lexer({ gfm: true })
    .blockTokens(body, [])
    .flatMap((token) => blocksOf(token, slugs))
  const first = blocks.find((block) => block.type === 'heading' && block.level === 1)
  return { title: title ?? (first?.type === 'heading' ? first.text : null), blocks }
}

function blocksOf(token: Token, slugs: HeadingSlugs): readonly Block[] {
  switch (token.type) {
    case 'heading': {
      const { depth, text } = token as Tokens.Heading
      const { plain, fragment } = headingParts(text)
      return [
        { type: 'heading', level: depth, text: plain, fragment: fragment ?? slugs.next(plain) },
      ]
    }
    case 'code': {
      const { lang = '', text } = token as Tokens.Code
      return [{ type: 'code', text, language: lang.trim().split(/\s/, 1)[0] ?? '' }]
    }
    case 'table':
      return [tableOf(token as Tokens.Table)]
    case 'html':
      return readHTML(token.raw).blocks
    case 'space':
    case 'hr':
    case 'def':
      return []
    default:
      return [{ type: 'text', text: token.raw.trim() }]
  }
}

function tableOf({ header, raw, rows }: Tokens.Table): Block {
  const lines = raw.trim().split('\n')
  // The header and the line below it; the others are the rows.
  if (lines.length === rows.length + 2) {
    return { type: 'table', header: lines.slice(0, 2).join('\n'), rows: lines.slice(2) }
  }
  const row = (cells: readonly Tokens.TableCell[]) =>
    `| ${cells.map(({ text }) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const below = `|${' --- |'.repeat(header.length)}`
  return { type: 'table', header: `${row(header)}\n${below}`, rows: rows.map(row) }
}

/** A heading as it is shown, and its own fragment where it declares one: `## Name {#fragment}`. */
function headingParts(text: string): { plain: string; fragment: string | null } {
  const declared = /\s*\{#([\w:.-]{1,200})\}\s*$/.exec(text.slice(-300))
  const shown = declared === null ? text : text.slice(0, text.length - declared[0].length)
  const plain = shown
    .replaceAll(/!?\[([^\][]*)\]\([^()\s]*\)/g, '$1')
    .replaceAll(/<[^<>]{0,500}>/g, '')
    .replaceAll(/[`*]/g, '')
    .trim()
  return { plain, fragment: declared?.[1] ?? null }
}

/** Settings of site generators above a document say its title; the source of the document reads others. */
function withoutFrontMatter(text: string): { body: string; title: string | null } {
  const { body, matter } = splitFrontMatter(text)
  const title = /^title:[ \t]*(\S.*)$/m.exec(matter ?? '')?.[1]
  return {
    body,
    title: title === undefined ? null : title.trim().replaceAll(/^(["'])(.*)\1$/g, '$2'),
  }
}
