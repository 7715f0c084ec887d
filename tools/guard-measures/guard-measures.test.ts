import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compileMatcher } from '../../packages/guard/src/compile-matcher.ts'
import { parseCorpus } from './corpus.ts'
import { parseLabelledTexts } from './labelled-text.ts'
import { scoreBySpans, scoreByTexts } from './score.ts'

it('reads marks, whole lines and characters of keys', () => {
  const set = parseLabelledTexts('# a\nTo «x» and «y»\n- no\n# b\n+ all\n«k{{h3}}»')
  expect(set.get('a')).toEqual([
    {
      text: 'To x and y',
      spans: [
        { start: 3, end: 4 },
        { start: 9, end: 10 },
      ],
    },
    { text: 'no', spans: [] },
  ])
  expect(set.get('b')).toEqual([
    { text: 'all', spans: [{ start: 0, end: 3 }] },
    { text: expect.stringMatching(/^k[\da-f]{3}$/), spans: [{ start: 0, end: 4 }] },
  ])
})

it('reads a corpus of others', () => {
  const lines = '{"text":"a b","label":"malicious"}\n\n{"text":"c","label":"benign"}\n'
  expect(parseCorpus(lines)).toEqual([
    { text: 'a b', spans: [{ start: 0, end: 3 }] },
    { text: 'c', spans: [] },
  ])
  expect(() => parseCorpus('{"text":"a"}')).toThrow('line 1 has no text')
})

it('counts what is missing and what should not be found', () => {
  const matcher = compileMatcher({ detectors: ['Email'] })
  const texts = parseLabelledTexts('# a\n«a@b.example» «c»\nd@e.example\nf').get('a') ?? []
  const wrong = ['a@b.example c', 'd@e.example']
  expect(scoreBySpans(matcher, texts)).toEqual({ wanted: 2, found: 2, right: 1, wrong })
  expect(scoreByTexts(matcher, texts)).toEqual({
    wanted: 1,
    found: 2,
    right: 1,
    wrong: wrong.slice(1),
  })
})

it.each([
  'email',
  'phone-number',
  'credit-card',
  'iban',
  'national-id',
  'ip-address',
  'secret',
  'url',
])('the set %s has texts in both parts, with and without findings', (name) => {
  const set = parseLabelledTexts(
    readFileSync(join(import.meta.dirname, 'sets', `${name}.txt`), 'utf8'),
  )
  for (const part of ['tuned on', 'held out']) {
    const texts = set.get(part) ?? []
    expect(texts.some(({ spans }) => spans.length > 0)).toBe(true)
    expect(texts.some(({ spans }) => spans.length === 0)).toBe(true)
  }
})
