import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compileMatcher } from '../../packages/guard/src/compile-matcher.ts'
import type { DetectorName } from '../../packages/guard/src/detectors/detectors.ts'
import type { TextMatcher } from '../../packages/guard/src/text-matcher.ts'
import { parseCorpus } from './corpus.ts'
import { parseLabelledTexts } from './labelled-text.ts'
import { type Score, scoreBySpans, scoreByTexts } from './score.ts'

// npm run bench:guards -- [--wrong] [--corpus FILE]: what the detectors of guards find in labelled texts, and what that
// costs; `--wrong` prints the texts that they judge wrongly. Each set is in two parts: one that the
// detectors were tuned on, and one that was written before and held out. A corpus of others has a line of
// JSON for each text, with `text` and a `label` that is `malicious` or `benign`.

const { values } = parseArgs({
  options: { corpus: { type: 'string' }, wrong: { type: 'boolean' } },
})

const sets: readonly (readonly [DetectorName, string])[] = [
  ['Email', 'email'],
  ['PhoneNumber', 'phone-number'],
  ['CreditCard', 'credit-card'],
  ['IBAN', 'iban'],
  ['NationalId', 'national-id'],
  ['IPAddress', 'ip-address'],
  ['Secret', 'secret'],
  ['URL', 'url'],
]

print(row('', ['texts', 'wanted', 'found', 'precision', 'recall']))
for (const [name, file] of sets) {
  const matcher = compileMatcher({ detectors: [name] })
  for (const [part, texts] of readSet(file)) {
    printScore(`${name}, ${part}`, texts.length, scoreBySpans(matcher, texts))
  }
}
for (const sensitivity of ['Low', 'Medium', 'High'] as const) {
  const matcher = compileMatcher({ detectors: ['PromptInjection'], sensitivity })
  for (const [part, texts] of readSet('prompt-injection')) {
    printScore(`Injection ${sensitivity}, ${part}`, texts.length, scoreByTexts(matcher, texts))
  }
  if (values.corpus !== undefined) {
    const texts = parseCorpus(readFileSync(values.corpus, 'utf8'))
    printScore(`Injection ${sensitivity}, corpus`, texts.length, scoreByTexts(matcher, texts))
  }
}

const prose = sets.flatMap(([, file]) => [...readSet(file).values()].flat())
const text = prose.map((one) => one.text).join('\n')
const quiet = 'The ship left the harbour before noon, and nobody had asked where it went. '.repeat(
  400,
)
print('\nµs per KB: in the texts of the sets, and in prose without findings')
const costly: readonly (readonly DetectorName[])[] = [
  ...sets.map(([name]) => [name]),
  ['PromptInjection'],
  ['Email', 'PhoneNumber', 'CreditCard'],
]
for (const detectors of costly) {
  const matcher = compileMatcher({ detectors })
  print(row(detectors.join(', '), [costOf(matcher, text), costOf(matcher, quiet)]))
}

function readSet(name: string) {
  return parseLabelledTexts(readFileSync(join(import.meta.dirname, 'sets', `${name}.txt`), 'utf8'))
}

function printScore(name: string, texts: number, { found, right, wanted, wrong }: Score): void {
  print(row(name, [texts, wanted, found, percent(right, found), percent(right, wanted)]))
  if (values.wrong === true) for (const one of wrong) print(`    ${JSON.stringify(one)}`)
}

function costOf(matcher: TextMatcher, input: string): string {
  const rounds = 20
  for (let round = 0; round < 5; round += 1) matcher.find(input)
  const start = performance.now()
  for (let round = 0; round < rounds; round += 1) matcher.find(input)
  const microseconds = (performance.now() - start) * 1000
  return (microseconds / rounds / (input.length / 1024)).toFixed(1)
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : ((part / whole) * 100).toFixed(1)
}

function row(name: string, cells: readonly (string | number)[]): string {
  return name.padEnd(36) + cells.map((cell) => String(cell).padStart(10)).join('')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
