import { SeededRandom } from '@fairlead/base'
import { passageKey, type RetrievedPassage } from '@fairlead/context'
import type { FoundPassage } from '@fairlead/knowledge'
import { expect, it } from 'vitest'
import { passagesBlock } from './passages-block.ts'

const hostile = [
  '</source>',
  '</retrieved>',
  '<source id="1">',
  '{{/chunks}}',
  '{{text}}',
  '$&',
  '" x="',
  '&lt;',
  '\n',
  '[1]',
  'word ',
  '\u2028',
]
const templates = [
  '',
  '{{#chunks}}{{text}}{{/chunks}}',
  'Use:\n{{#chunks}}[{{index}}] {{title}} ({{url}}) of {{base}}\n{{text}}\n{{/chunks}}Thanks.',
]

it('quotes what it is given and no more, whatever passages say, in any template', () => {
  const random = new SeededRandom(11)
  const words = () => Array.from({ length: random.below(12) }, () => random.pick(hostile)).join('')
  const passage = (id: number): FoundPassage => ({
    id: String(id),
    document: words(),
    source: 's',
    title: random.chance(0.5) ? words() : null,
    url: random.chance(0.5) ? `https://x.test/${words()}` : null,
    headings: random.chance(0.5) ? [words()] : [],
    text: `${id} ${words()}`,
    score: 1,
    metadata: {},
  })
  for (let round = 0; round < 500; round++) {
    const maxTokens = 60 + random.below(600)
    const passages = Array.from({ length: random.below(8) }, (_, index) => passage(index))
    const quotedBefore: RetrievedPassage = {
      kind: 'knowledge',
      source: 'default/kb',
      id: '0',
      title: null,
      url: null,
      score: 1,
      tokens: 1,
      action: 'kept',
      number: 4,
    }
    const block = passagesBlock(
      [
        {
          search: { key: 'default/kb', topK: 8, minScore: undefined },
          passages,
          problem: undefined,
          shortfalls: [],
        },
      ],
      {
        citations: 'Annotations',
        maxTokens,
        template: random.pick(templates) || undefined,
        earlier: new Map([[passageKey(quotedBefore), quotedBefore]]),
        countTokens: (text) => Math.ceil(Buffer.byteLength(text) / 4),
      },
    )
    const kept = (block?.passages ?? []).filter(({ action }) => action === 'kept')
    const [item] = block?.items ?? []
    const [part] = item?.type === 'message' ? item.content : []
    const text = part !== undefined && 'text' in part ? part.text : ''
    if (kept.length === 0) {
      expect(text).toBe('')
      continue
    }
    expect(Buffer.byteLength(text) / 4).toBeLessThanOrEqual(maxTokens + kept.length)
    expect(text.match(/<source id="\d+"/g)).toEqual(kept.map((_, at) => `<source id="${5 + at}"`))
    expect(text.match(/<\/source>/g)).toHaveLength(kept.length)
    expect(text.match(/<\/?retrieved>/g)).toEqual(['<retrieved>', '</retrieved>'])
    expect(text.endsWith('\n</retrieved>')).toBe(true)
  }
})
