import { SeededRandom } from '@fairlead/base'
import { expect, test } from 'vitest'
import type { MediaType } from '../source-document.ts'
import { pdfOfPages } from '../test-support/pdf-of-pages.ts'
import type { Chunking } from './chunking.ts'
import { cutDocument } from './cut-document.ts'
import { estimatedTokens } from './split-text.ts'

const chunking: Chunking = { maxTokens: 60, overlapTokens: 10, splitOn: 'Headings' }

function cut(text: string | Uint8Array, mediaType: MediaType, given: Partial<Chunking> = {}) {
  const content = typeof text === 'string' ? Buffer.from(text) : text
  const url = 'https://docs.example.com/page'
  const document = { id: 'd', mediaType, content, title: null, url, metadata: {} }
  return cutDocument(document, { ...chunking, ...given })
}

test('passages of Markdown have their headings, the address of the nearest, and no front matter', async () => {
  const { passages, title } = await cut(
    '---\ntitle: "The manual"\ntags: [x]\n---\n# Manual\n\nFirst.\n\n## Set up & run\n\nSecond.\n\n### Own {#mine}\n\nThird.\n\n## Set up & run\n\n- a\n- b\n',
    'text/markdown',
  )
  expect(title).toBe('The manual')
  expect(passages).toEqual([
    { text: 'First.', headings: ['Manual'], url: 'https://docs.example.com/page#manual' },
    {
      text: 'Second.',
      headings: ['Manual', 'Set up & run'],
      url: 'https://docs.example.com/page#set-up--run',
    },
    {
      text: 'Third.',
      headings: ['Manual', 'Set up & run', 'Own'],
      url: 'https://docs.example.com/page#mine',
    },
    {
      text: '- a\n- b',
      headings: ['Manual', 'Set up & run'],
      url: 'https://docs.example.com/page#set-up--run-1',
    },
  ])
})

test('the main part of a page is read, and no navigation, script or style', async () => {
  const { passages, title } = await cut(
    `<html><head><title>Site | Page</title><style>p{}</style></head><body><header>Logo</header><nav><a>Home</a></nav>
    <main><h1 id="top">Deploying<a class="headerlink" href="#top">¶</a></h1><p>Run  it
    with <code>npm start</code> &amp; wait.<script>alert(1)</script></p>
    <ul><li>one<ul><li>deep</li></ul></li><li>two</li></ul>
    <pre><code class="language-ts">const a = 1
  const b = 2</code></pre>
    <section id="limits"><h2>Limits</h2><table><tr><th>Name</th><th>Max</th></tr><tr><td>files</td><td>10</td></tr></table></section></main>
    <aside>Advert</aside><footer>Imprint</footer></body></html>`,
    'text/html',
  )
  expect(title).toBe('Deploying')
  expect(passages).toEqual([
    {
      text: 'Run it\nwith `npm start` & wait.\n\n- one\n  - deep\n- two\n\n```ts\nconst a = 1\n  const b = 2\n```',
      headings: ['Deploying'],
      url: 'https://docs.example.com/page#top',
    },
    {
      text: '| Name | Max |\n| --- | --- |\n| files | 10 |',
      headings: ['Deploying', 'Limits'],
      url: 'https://docs.example.com/page#limits',
    },
  ])
})

test('a page without a main part is read whole, and tags that are never closed lose nothing', async () => {
  const { passages } = await cut('<p>One<p>Two<table><tr><td>Three<pre>Four', 'text/html')
  expect(passages.map(({ text }) => text).join(' ')).toMatch(/One.*Two.*Three.*Four/s)
})

test('the pages of a PDF can be told apart', async () => {
  const pages = [['Deploying is', 'simple and hyphen-', 'ated.'], ['Limits are high.']]
  const { passages, title } = await cut(pdfOfPages(pages, 'Guide'), 'application/pdf')
  expect(title).toBe('Guide')
  expect(passages.map(({ text, url }) => [text, url])).toEqual([
    ['Deploying is\nsimple and hyphenated.', 'https://docs.example.com/page#page=1'],
    [expect.stringContaining('Limits are high.'), 'https://docs.example.com/page#page=2'],
  ])
})

test('a table that is too long repeats its header, and code is cut at empty lines', async () => {
  const rows = Array.from({ length: 40 }, (_, row) => `| row ${row} | value ${row} |`)
  const table = `| Name | Value |\n| --- | --- |\n${rows.join('\n')}\n`
  const code = Array.from({ length: 20 }, (_, part) => `first(${part})\nsecond(${part})\n`).join(
    '\n',
  )
  const { passages } = await cut(`${table}\n\`\`\`js\n${code}\`\`\`\n`, 'text/markdown')
  const tables = passages.filter(({ text }) => text.includes('| row'))
  expect(tables.length).toBeGreaterThan(3)
  for (const { text } of tables)
    expect(text).toMatch(/^\| Name \| Value \|\n\| --- \| --- \|\n\| row/)
  expect(
    tables
      .flatMap(({ text }) => text.split('\n').slice(2, 2 + 40))
      .filter((line) => line.startsWith('| row')),
  ).toEqual(rows)
  const codes = passages.filter(({ text }) => text.includes('first('))
  for (const { text } of codes) {
    expect(text).toMatch(/```js\nfirst\(/)
    expect(text.match(/first/g)?.length).toBe(text.match(/second/g)?.length)
  }
})

test('a passage repeats the end of the one before, from where a word or sentence begins', async () => {
  const sentences = Array.from({ length: 30 }, (_, at) => `This is sentence ${at}.`)
  const { passages } = await cut(sentences.join(' '), 'text/plain')
  expect(passages.length).toBeGreaterThan(2)
  passages.slice(1).forEach(({ text }, at) => {
    const [repeated = ''] = text.split('\n\n')
    expect(repeated).toMatch(/^This is sentence \d+\./)
    expect(passages[at]?.text.endsWith(repeated)).toBe(true)
  })
})

test.each(['Headings', 'Paragraphs', 'Tokens'] as const)(
  'nothing is lost and no passage is too long, whatever a text is: %s',
  async (splitOn) => {
    const random = new SeededRandom(7)
    const pick = (count: number) => Math.floor(random.next() * count)
    const words = [
      'alpha',
      'βήτα',
      '漢字漢字',
      '😀',
      'x'.repeat(900),
      'end. ',
      '\n\n',
      '\n',
      '\n\n# Head\n\n',
      '\n\n```\ncode\n\nmore\n```\n\n',
      '\n\n|a|b|\n|-|-|\n|c|d|\n\n',
    ]
    for (let round = 0; round < 60; round++) {
      const marks: string[] = []
      const text = Array.from({ length: pick(120) }, (_, at) => {
        marks.push(`mark${at}x`)
        return `${words[pick(words.length)]} ${marks.at(-1)} `
      }).join('')
      const { passages } = await cut(text, 'text/markdown', { splitOn, overlapTokens: pick(100) })
      for (const passage of passages) {
        expect(estimatedTokens(passage.text)).toBeLessThanOrEqual(chunking.maxTokens)
        expect(passage.text.isWellFormed()).toBe(true)
      }
      const found = passages
        .map((passage) => `${passage.text} ${passage.headings.join(' ')}`)
        .join(' ')
      const inHeadings = text
        .split('\n')
        .filter((line) => line.startsWith('#'))
        .join(' ')
      expect(marks.filter((mark) => !found.includes(mark) && !inHeadings.includes(mark))).toEqual(
        [],
      )
    }
  },
)

test('bytes that are no text are refused, and some broken ones are not', async () => {
  await expect(
    cut(
      Uint8Array.from({ length: 300 }, (_, at) => 128 + (at % 60)),
      'text/plain',
    ),
  ).rejects.toThrow('no text in UTF-8')
  const broken = Buffer.concat([
    Buffer.from('A word '),
    Buffer.of(0xff, 0xc3),
    Buffer.from(' and others that are many'),
  ])
  expect((await cut(broken, 'text/plain')).passages[0]?.text).toMatch(/^A word .+ and others/)
})
