import { classifyPrompt } from '../../packages/llm/src/classification/classify-prompt.ts'
import { confusionTable, evaluate } from './evaluate.ts'
import { readDocuments, readExamples } from './examples.ts'

// npm run measure:classifier: accuracy on the held-out prompts, and
// what one classification costs.

const alone = evaluate('alone')
print(
  `types: ${percent(alone.accuracy)}; before a text: ${percent(evaluate('before a text').accuracy)}; as instructions: ${percent(evaluate('as instructions for a text').accuracy)}`,
)
for (const row of confusionTable(alone)) print(`  ${row.join(' | ')}`)
print(
  `bands: ${percent(alone.bandAccuracy)}; before a text: ${percent(evaluate('before a text').bandAccuracy)}; as instructions: ${percent(evaluate('as instructions for a text').bandAccuracy)}`,
)
for (const [band, row] of alone.bands)
  print(`  ${band}: ${JSON.stringify(Object.fromEntries(row))}`)

const short = readExamples('held-out').map(({ text }) => text)
const document = readDocuments('held-out').join('\n').repeat(10)
for (const [name, texts] of [
  ['held-out prompts', short],
  ['2 KB', [document.slice(0, 2048)]],
  ['8 KB', [document.slice(0, 8192)]],
] as const) {
  const times: number[] = []
  for (let round = 0; round < 4000; round += 1) {
    const user = texts[round % texts.length] ?? ''
    const start = process.hrtime.bigint()
    classifyPrompt({ system: '', user })
    times.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  const sorted = times.slice(1000).toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)
  print(`${name}: median ${at(0.5)} µs, 99th percentile ${at(0.99)} µs`)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
