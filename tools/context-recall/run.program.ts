import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Tokenizers } from '../../packages/context/src/counting/tokenizers.ts'
import { piecesOfText } from '../../packages/context/src/retrieval/turn-vectors.ts'
import { costsOf } from './costs.ts'
import { embedTexts } from './embed-texts.ts'
import { heldOut } from './held-out.ts'
import {
  budgets,
  measureRecall,
  type Selection,
  selections,
  type VectorOf,
} from './measure-recall.ts'
import { planningTime } from './planning-time.ts'
import type { QuestionedChat } from './questioned-chat.ts'
import { readChats } from './read-chats.ts'
import { syntheticChats } from './synthetic-chats.ts'

// npm run bench:context -- [--corpus FOLDER] [--vectors FILE] [--no-vectors] [--no-costs]: how much of what answers
// questions about long chats a prompt has, by strategy and budget, what
// planning takes, and what the prompts of a replayed chat cost.

const { values } = parseArgs({
  options: {
    corpus: { type: 'string' },
    vectors: { type: 'string' },
    'no-vectors': { type: 'boolean' },
    'no-costs': { type: 'boolean' },
  },
})

const fromCorpora = join(process.env['FAIRLEAD_CORPORA'] ?? '', 'context', 'beam')
const folder = values.corpus ?? (existsSync(fromCorpora) ? fromCorpora : undefined)
const chats = folder === undefined ? syntheticChats(4, 300) : readChats(folder)
const count = await new Tokenizers().of('o200k_base')
const questions = chats.reduce((sum, chat) => sum + chat.questions.length, 0)
const name = folder ?? 'synthetic chats: name others with --corpus or FAIRLEAD_CORPORA'
print(`${chats.length} chats, ${questions} questions (${name})`)

const vectorOf = await vectorsFor(chats)
print('\nRecall of the messages that answer a question, in %, by tokens that are quoted')
print('(whole messages; in brackets, where a part of their exchange counts, too)\n')
print(row('', [...budgets.map((budget) => `${budget / 1000}k`), '4k, by halves']))
for (const selection of selections) {
  const isByVectors = selection.mode === 'Vector' || selection.mode === 'Hybrid'
  if (isByVectors && vectorOf === undefined) continue
  const measured = chats.map((chat) => ({
    weight: chat.questions.length,
    ...measureRecall([chat], { selection, count, vectorOf }),
  }))
  const mean = (of: (one: (typeof measured)[number]) => number | undefined, some = measured) =>
    some.reduce((sum, one) => sum + one.weight * (of(one) ?? 0), 0) /
    some.reduce((sum, { weight }) => sum + weight, 0)
  const halves = [0, 1].map((half) =>
    percent(
      mean(
        ({ whole }) => whole[2],
        measured.filter((_, at) => at % 2 === half),
      ),
    ),
  )
  const cells = budgets.map(
    (_, at) =>
      `${percent(mean(({ whole }) => whole[at]))} (${percent(mean(({ part }) => part[at]))})`,
  )
  print(row(selection.name, [...cells, halves.join(' / ')]))
  const most = budgets.map((_, at) =>
    String(Math.max(...measured.map(({ tokens }) => tokens[at] ?? 0))),
  )
  print(row('  most tokens', most))
}

if (chats.length > 1) {
  print('\nRecall at 4k, in %, by constants that were chosen on the other half of the chats\n')
  for (const selection of selections) {
    const isMeasured = selection.mode === 'Hybrid' ? vectorOf !== undefined : isByWords(selection)
    if (!isMeasured) continue
    const cells = heldOut(chats, { selection, count, vectorOf }).map(({ chosen, other, own }) => {
      const constants = `${chosen.answerForQuestion} and ${chosen.answerItself}`
      return `   ${percent(other)} by ${constants}, which found ${percent(own)} on their own half`
    })
    print(`${selection.name.padEnd(20)}${cells.join(';')}`)
  }
}

print('\nMilliseconds of a CPU that planning takes, with retrieval by words\n')
for (const turns of [100, 1000, 10_000]) {
  const [chat] = syntheticChats(1, turns)
  if (chat === undefined) continue
  const { cold, first, warm } = await planningTime(chat)
  const cells = [
    `warm ${warm.toFixed(1)}`,
    `cold ${cold.toFixed(0)}`,
    `without an index ${first.toFixed(0)}`,
  ]
  print(`${`${turns} turns`.padEnd(20)}${cells.map((cell) => cell.padEnd(15)).join('')}`)
}

if (values['no-costs'] !== true) {
  print('\nCost of replayed chats at a provider that caches exact prefixes, in input tokens\n')
  let whole: number | undefined
  for await (const { cachedTokens, cost, inputTokens, name: strategy } of costsOf(chats)) {
    whole ??= cost
    const share = `${(cost / whole).toFixed(2)} of the whole`
    const cached = `${percent(cachedTokens / inputTokens)} % cached`
    print(
      `${strategy.padEnd(36)}${`${(cost / 1e6).toFixed(2)} M`.padStart(10)}   ${share}, ${cached}`,
    )
  }
}

async function vectorsFor(all: readonly QuestionedChat[]): Promise<VectorOf | undefined> {
  if (values['no-vectors'] === true) return undefined
  const texts = all.flatMap((chat) => [
    ...chat.questions.map(({ text }) => text),
    ...chat.messages.flatMap(({ content }) => piecesOfText(content.trim())),
  ])
  try {
    return await embedTexts(texts, values.vectors)
  } catch (error) {
    print(`no vectors, so neither Vector nor Hybrid: ${String(error)}`)
    return undefined
  }
}

/** Whether words decide, with all that counts beside them. */
function isByWords({ mode, neighbours }: Selection): boolean {
  return mode === 'BM25' && neighbours > 0
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function percent(share = 0): string {
  return (share * 100).toFixed(1)
}

function row(title: string, cells: readonly string[]): string {
  return title.padEnd(20) + cells.map((cell) => cell.padStart(15)).join('')
}
