import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SeededRandom, timeGrowth } from '../../packages/base/src/testing.ts'
import { expect, it } from 'vitest'
import { compileMatcher, type MatcherOptions } from '../../packages/guard/src/compile-matcher.ts'
import { HeldText } from '../../packages/guard/src/held-text.ts'
import type { Finding, TextMatcher } from '../../packages/guard/src/text-matcher.ts'
import { parseLabelledTexts } from './labelled-text.ts'

const detectors = [
  'Email',
  'PhoneNumber',
  'CreditCard',
  'IBAN',
  'NationalId',
  'IPAddress',
  'Secret',
  'URL',
  'PromptInjection',
] as const

const sets = join(import.meta.dirname, 'sets')
const labelled = readdirSync(sets).flatMap((name) =>
  [...parseLabelledTexts(readFileSync(join(sets, name), 'utf8')).values()]
    .flat()
    .map(({ text }) => text),
)
/** What stands between texts, and what may be the beginning or the end of something. */
const joints = [
  '\u00a0',
  '\u2011',
  '１',
  '＠',
  '',
  ' ',
  '\n',
  '. ',
  ': ',
  '@',
  '-',
  '+',
  '0',
  '::',
  '://',
  '=',
  '😀',
  '\ud83d',
  'é',
]

/** What the findings of a detector consist of, so that runs of it are longer than any finding. */
const alphabets = [
  '0147 -',
  '+0(1) ./',
  '.:1fa',
  'DE12 ',
  'a.@-',
  '"=:&;1a ',
  '-BEGIN PRVATKY\n',
].map((characters) => Array.from(characters))

const matchers: readonly (readonly [string, MatcherOptions])[] = [
  ...detectors.map((name) => [name, { detectors: [name] }] as const),
  [
    'all',
    {
      detectors,
      sensitivity: 'High',
      keywords: ['order', 'the key'],
      patterns: ['\\b\\d{3,5}\\b'],
    },
  ],
]

it.each(matchers)('finds the same in any text however it is cut: %s', (name, options) => {
  const matcher = compileMatcher(options)
  const random = new SeededRandom(1)
  for (let round = 0; round < 300; round += 1) {
    const text = randomText(random)
    const whole = { text, findings: matcher.find(text) }
    expect(heldIn(text.split(''), matcher), `${name}, by characters`).toEqual(whole)
    for (let time = 0; time < 6; time += 1) {
      const pieces = piecesOf(text, random)
      expect(heldIn(pieces, matcher), JSON.stringify(pieces)).toEqual(whole)
    }
  }
})

it.each([
  ['digits', '1'],
  ['digits with spaces', '41 1'],
  ['a sign before digits', '+0'],
  ['letters', 'aB'],
  ['words', 'ignore all '],
  ['parts of addresses', 'a.b@'],
  ['parts of Internet addresses', '1:a.'],
  ['beginnings of accounts', 'DE12 '],
  ['names of secrets', 'password=a1 '],
  ['marks between digits', '(1)-'],
  ['letters with spaces', 'i g n '],
  ['beginnings of keys', '-----BEGIN PRIVATE KEY-----'],
  ['beginnings of tokens', 'eyJabcdefghij.eyJ'],
])('takes linear time for %s', async (_, unit) => {
  const matcher = compileMatcher({ detectors, sensitivity: 'High' })
  const make = (size: number) => unit.repeat(Math.ceil(size / unit.length))
  expect(await timeGrowth(make, 2000, (text) => matcher.find(text))).toBeLessThan(24)
})

function randomText(random: SeededRandom): string {
  const alphabet = random.pick(alphabets)
  let text = ''
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const one = random.pick(labelled)
    const start = random.chance(0.3) ? random.below(one.length) : 0
    text += one.slice(start, start + 400) + random.pick(joints)
    // Longer than some findings can be.
    for (let length = random.chance(0.3) ? random.below(120) : 0; length > 0; length -= 1) {
      text += random.pick(alphabet)
    }
  }
  return random.chance(0.2) ? text.replaceAll(/\s/g, '') : text
}

function piecesOf(text: string, random: SeededRandom): readonly string[] {
  const pieces: string[] = []
  const most = random.pick([2, 5, 20, 100])
  for (let start = 0; start < text.length;) {
    const length = 1 + random.below(most)
    pieces.push(text.slice(start, start + length))
    start += length
  }
  return pieces
}

function heldIn(pieces: readonly string[], matcher: TextMatcher) {
  const held = new HeldText(matcher)
  const findings: Finding[] = []
  let text = ''
  for (const decided of [...pieces.map((piece) => held.push(piece)), held.end()]) {
    text += decided.text
    findings.push(...decided.findings)
  }
  return { text, findings }
}
