import { SeededRandom } from '@fairlead/base'
import { wordsOf } from '@fairlead/retrieval'
import { expect, it } from 'vitest'
import { assistant, user } from '../turns/test-support/items.ts'
import { TurnLog } from '../turns/test-support/turn-log.ts'
import { chooseTurns } from './choose-turns.ts'
import { nthLargest } from './nth-largest.ts'
import { packVector, type PackedVector } from './packed-vector.ts'
import { saidIn } from './said-in-turn.ts'
import { TurnIndex, type IndexedTurn } from './turn-index.ts'
import { TurnVectors } from './turn-vectors.ts'

const random = new SeededRandom(11)
const vocabulary = Array.from({ length: 120 }, (_, at) => `word${at}x`)
const text = (most: number) =>
  Array.from(
    { length: 1 + random.below(most) },
    () => vocabulary[Math.floor(random.next() ** 2 * vocabulary.length)] ?? '',
  ).join(' ')

interface CountedWords {
  readonly length: number
  readonly counts: ReadonlyMap<string, number>
}

function counted(one: string): CountedWords {
  const words = wordsOf(one)
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return { length: words.length, counts }
}

/** As BM25 is written down, text by text. */
function scoresByHand(texts: readonly CountedWords[], query: readonly string[]) {
  const all = texts.filter(({ length }) => length > 0)
  const average = Math.max(1, all.reduce((sum, { length }) => sum + length, 0) / all.length)
  const terms = [...new Set(query)]
    .map((word) => {
      const having = all.filter(({ counts }) => counts.has(word)).length
      return { word, weight: Math.log(1 + (all.length - having + 0.5) / (having + 0.5)) }
    })
    .toSorted((one, other) => other.weight - one.weight)
  const whole = terms.reduce((sum, { weight }) => sum + weight, 0)
  return texts.map(({ counts, length }) => {
    let score = 0
    let has = 0
    for (const { weight, word } of terms) {
      const count = counts.get(word)
      if (count === undefined) continue
      score += (weight * count * 2.2) / (count + 1.2 * (0.25 + 0.75 * (length / average)))
      has += weight
    }
    return { score, coverage: has / whole }
  })
}

/** What is chosen, computed for every message, all of which are put in order. */
function chosenByHand(options: Parameters<typeof chooseTurns>[0], texts: readonly CountedWords[]) {
  const { accepted, path, settings, similar, words } = options
  const found = scoresByHand(texts, words)
  const isAccepted = (place: number) => accepted[place] === 1
  const own = (place: number, part: number) =>
    isAccepted(place) ? (found[2 * place + part]?.score ?? 0) : 0
  const coverage = Math.max(
    0,
    ...found.map((one, at) => (isAccepted(at >> 1) && one.score > 0 ? one.coverage : 0)),
  )
  const isSimilar = similar !== undefined && similar.best >= 0.3
  const byVectors = settings.mode === 'Vector' && similar?.unknown === 0
  if (byVectors ? !isSimilar : coverage < 0.25 && !isSimilar) return []
  const mostWords = Math.max(...path.flatMap((_, place) => [own(place, 0), own(place, 1)])) || 1
  const score = (place: number, part: number) => {
    const likeness = (part === 0 ? similar?.questions : similar?.answers)?.[place] ?? 0
    if (byVectors) return likeness
    if (similar === undefined) return own(place, part)
    return own(place, part) / mostWords + likeness / (similar.best || 1)
  }
  const best = path.map((_, place) => Math.max(score(place, 0), 0.8 * score(place, 1)))
  const messages = path.flatMap(({ answerLength, questionLength }, place) => {
    if (!isAccepted(place)) return []
    const near = (away: number) =>
      (0.5 * (settings.maxTokens / 8000)) ** away *
      Math.max(best[place - away] ?? 0, best[place + away] ?? 0)
    const question = Math.max(
      best[place] ?? 0,
      ...Array.from({ length: settings.neighbours }, (_, at) => near(at + 1)),
    )
    const answer = 0.3 * score(place, 1)
    const weighed = (value: number, tokens: number) => value / Math.sqrt(Math.max(1, tokens))
    return [
      { place, worth: weighed(question, 2 * questionLength) },
      { place, worth: weighed(answer, 2 * Math.min(120, answerLength)) },
    ].filter(({ worth }) => worth > 0)
  })
  const turns = new Set<number>()
  const most = Math.max(16, Math.min(256, Math.ceil(settings.maxTokens / 40)))
  for (const { place } of messages
    .toSorted((one, other) => other.worth - one.worth)
    .slice(0, 2 * most)) {
    if (turns.size < most) turns.add(place)
  }
  return Array.from(turns, (place) => path[place]?.id)
}

it('the turns that are chosen are those that every message computed by itself gives', () => {
  const log = new TurnLog()
  const texts: CountedWords[] = []
  for (let turn = 0; turn < 400; turn++) {
    const [question, answer] = [text(12), text(60)]
    texts.push(counted(question), counted(answer))
    log.say([user(question)], [assistant(answer)])
  }
  const index = new TurnIndex()
  const vectors = new TurnVectors()
  const vectorOf = (one: string): PackedVector => {
    const vector = Float32Array.from({ length: 8 }, () => random.next() - 0.4)
    const length = Math.hypot(...vector)
    return packVector(
      one,
      vector.map((value) => value / length),
    )
  }
  for (const turn of log.turns) {
    index.add(turn)
    const { answer, question } = saidIn(turn)
    const kept = { question: [vectorOf(question)], answer: [vectorOf(answer)] }
    if (random.next() < 0.95) vectors.add(turn, kept)
  }
  const path: readonly IndexedTurn[] = index.pathTo(log.turns.at(-1)?.id ?? null)
  expect(path).toHaveLength(400)
  let chosen = 0
  for (let round = 0; round < 60; round++) {
    const barred = path.filter(() => random.next() < 0.2).map(({ id }) => id)
    const from = random.next() < 0.5 ? path[random.below(100)]?.id : undefined
    const accepted = index.accepted(path, { barred, from })
    const mode = (['BM25', 'Vector', 'Hybrid'] as const)[round % 3] ?? 'BM25'
    const words = wordsOf(text(6))
    const wanted = Float32Array.from({ length: 8 }, () => 1 / Math.sqrt(8))
    const options = {
      index,
      path,
      accepted,
      words,
      settings: { mode, model: 'm', maxTokens: random.pick([400, 2000]), neighbours: round % 4 },
      similar: mode === 'BM25' ? undefined : vectors.similar(wanted, path, accepted),
    }
    const ids = chooseTurns(options).map(({ id }) => id)
    expect(ids).toEqual(chosenByHand(options, texts))
    chosen += ids.length
  }
  expect(chosen).toBeGreaterThan(500)
})

it('the n-th largest of some numbers is that of the sorted ones', () => {
  for (let round = 0; round < 200; round++) {
    const values = Float64Array.from({ length: random.below(50) }, () => random.below(20))
    const n = 1 + random.below(20)
    expect(nthLargest(values, n)).toBe(values.toSorted().at(-n) ?? 0)
  }
})
