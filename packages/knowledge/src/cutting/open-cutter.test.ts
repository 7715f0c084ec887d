import { systemClock } from '@fairlead/base'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MediaType } from '../source-document.ts'
import { pdfThatExplodes } from '../test-support/pdf-of-pages.ts'
import { type Cutter, openCutter } from './open-cutter.ts'

const chunking = { maxTokens: 400, overlapTokens: 40, splitOn: 'Headings' } as const
const never = new AbortController().signal
let cutter: Cutter

beforeEach(() => {
  cutter = openCutter({ clock: systemClock, deadlineMs: 4000 })
})
afterEach(() => cutter.close())

function cut(text: string | Uint8Array, mediaType: MediaType, signal = never) {
  const content = typeof text === 'string' ? Buffer.from(text) : text
  const document = { id: 'd', mediaType, content, title: null, url: null, metadata: {} }
  return cutter.cut(document, chunking, signal)
}

const hostile: readonly (readonly [string, MediaType, () => string | Uint8Array])[] = [
  ['pages of 100,000 levels', 'text/html', () => '<div>'.repeat(100_000)],
  ['quotations of 100,000 levels', 'text/markdown', () => `${'> '.repeat(100_000)}x`],
  [
    'lists of 5,000 levels',
    'text/markdown',
    () => Array.from({ length: 5000 }, (_, at) => `${' '.repeat(at)}- x`).join('\n'),
  ],
  ['a line of 10 MB', 'text/markdown', () => 'a'.repeat(10_000_000)],
  ['brackets without an end', 'text/markdown', () => '['.repeat(200_000)],
  [
    'a table of very many columns',
    'text/markdown',
    () => `${'|a'.repeat(50_000)}|\n${'|-'.repeat(50_000)}|\n`,
  ],
  ['what is no PDF', 'application/pdf', () => 'no PDF'],
  ['a PDF that explodes', 'application/pdf', () => pdfThatExplodes(700)],
]

test.each(hostile)(
  '%s are cut or refused in words, and then others are cut',
  { timeout: 60_000 },
  async (_, mediaType, make) => {
    const outcome = await cut(make(), mediaType).then(
      ({ passages }) => passages.length,
      (error: unknown) => String(error).replace(/^Error: /, ''),
    )
    if (typeof outcome === 'string') expect(outcome).toMatch(/^the (?:document|page|PDF) /)
    expect((await cut('# One\n\nTwo', 'text/markdown')).passages).toHaveLength(1)
  },
)

test('a document that is given up holds up no other', async () => {
  const stop = new AbortController()
  const first = cut('x '.repeat(5_000_000), 'text/plain', stop.signal)
  const second = cut('Short', 'text/plain')
  stop.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  expect((await second).passages[0]?.text).toBe('Short')
})
