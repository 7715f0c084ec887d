import { demandKinds, demandWords, lexicon, lexiconGroups, stemLength } from './lexicon.ts'
import type { PromptOutline } from './prompt-outline.ts'
import { shapeOf, type TextShape } from './text-shape.ts'
import { wordsOf } from './words.ts'

/** Hashed words and pairs of words have this many places; a power of two. */
export const bucketCount = 4096

/** Characters of instructions, of the beginning and of the end of the user's text that are read as words. */
const systemMax = 320
const headMax = 480
const tailMax = 320
/** And at most so many words of each. */
const wordsMax = 96
/** The words that say most: an order comes first. */
const leadMax = 6

/** A prompt in numbers. */
export interface PromptFeatures {
  /** Places of the words and pairs that occur, each once. */
  readonly buckets: readonly number[]
  /** Named numbers from 0 to 1, in the order of `denseNames`. */
  readonly dense: readonly number[]
  /** The same for complexity, in the order of `complexityNames`. */
  readonly complexity: readonly number[]
}

/** Whatever its length, a prompt costs about the same. Depends on nothing but the texts. */
export function featuresOf({
  system,
  user,
}: Pick<PromptOutline, 'system' | 'user'>): PromptFeatures {
  const cut = user.length > headMax + tailMax
  const head = wordsOf(cut ? user.slice(0, headMax) : user, wordsMax)
  const tail = cut ? wordsOf(user.slice(-tailMax), wordsMax) : []
  const instructions = wordsOf(system.slice(0, systemMax), wordsMax)
  const buckets = new BucketSet()
  addWords(buckets, instructions)
  addWords(buckets, head)
  addWords(buckets, tail)
  for (const word of head.slice(0, leadMax)) buckets.add(hash(word, leadSeed))
  const all = [...instructions, ...head, ...tail]
  const shape = shapeOf(user)
  return {
    buckets: buckets.places,
    dense: denseFeatures(head, all, shape, system !== ''),
    complexity: complexityFeatures(firstParagraph(user), shape),
  }
}

export const denseNames: readonly string[] = [
  ...lexiconGroups,
  ...lexiconGroups.map((group) => `${group} first`),
  'fence',
  'code symbols',
  'digits',
  'formula symbols',
  'question mark',
  'quotes',
  'few words',
  'long',
  'list',
  'ideographs',
  'instructions',
]

function denseFeatures(
  head: readonly string[],
  all: readonly string[],
  shape: TextShape,
  hasSystem: boolean,
): readonly number[] {
  const length = Math.max(shape.length, 1)
  return [
    ...groupCounts(all, lexicon, lexiconGroups.length).map((count) => Math.min(count, 3) / 3),
    ...groupCounts(head.slice(0, leadMax), lexicon, lexiconGroups.length).map((count) =>
      Math.min(count, 1),
    ),
    shape.hasFence ? 1 : 0,
    Math.min((shape.codeSymbols / length) * 12, 1),
    Math.min((shape.digits / length) * 6, 1),
    Math.min((shape.mathSymbols / length) * 16, 1),
    shape.questions > 0 ? 1 : 0,
    Math.min(shape.quotes, 4) / 4,
    head.length <= 5 ? 1 : 0,
    Math.min(shape.length / 2000, 1),
    Math.min(shape.listItems, 4) / 4,
    Math.min((shape.ideographs / length) * 2, 1),
    hasSystem ? 1 : 0,
  ]
}

export const complexityNames: readonly string[] = [
  'words',
  'sentences',
  'separators',
  ...demandKinds,
  'questions',
  'code',
  'formulas',
  'list',
]

/** What is asked, where a text to work on follows it. */
function firstParagraph(user: string): string {
  const head = user.slice(0, headMax).trimStart()
  const end = head.indexOf('\n\n')
  return end < 0 ? head : head.slice(0, end)
}

function complexityFeatures(task: string, shape: TextShape): readonly number[] {
  const words = wordsOf(task, wordsMax)
  const { sentences, separators } = shapeOf(task)
  const counts = groupCounts(words, demandWords, demandKinds.length)
  return [
    Math.min(words.length, 80) / 80,
    Math.min(sentences, 6) / 6,
    Math.min(separators, 12) / 12,
    ...counts.map((count) => Math.min(count, 5) / 5),
    Math.min(Math.max(shape.questions - 1, 0), 3) / 3,
    shape.hasFence ? 1 : 0,
    Math.min(shape.mathSymbols, 6) / 6,
    Math.min(shape.listItems, 8) / 8,
  ]
}

function groupCounts(
  words: readonly string[],
  index: ReadonlyMap<string, readonly number[]>,
  groups: number,
): number[] {
  const counts = Array<number>(groups).fill(0)
  for (const word of words) {
    const found = index.get(word.length > stemLength ? word.slice(0, stemLength) : word)
    if (found === undefined) continue
    for (const group of found) counts[group] = (counts[group] ?? 0) + 1
  }
  return counts
}

const wordSeed = 0x811c9dc5
const pairSeed = 0x1b873593
const leadSeed = 0x2c1b3c6d

function addWords(buckets: BucketSet, words: readonly string[]): void {
  let previous = ''
  for (const word of words) {
    buckets.add(hash(word, wordSeed))
    if (previous !== '') buckets.add(hash(word, hash(previous, pairSeed)))
    previous = word
  }
}

/** FNV-1a over UTF-16 code units. */
function hash(word: string, seed: number): number {
  let value = seed
  for (let index = 0; index < word.length; index += 1) {
    value = Math.imul(value ^ word.charCodeAt(index), 0x01000193)
  }
  return (value ^ (value >>> 15)) >>> 0
}

class BucketSet {
  readonly places: number[] = []
  readonly #seen = new Uint8Array(bucketCount)

  add(value: number): void {
    const place = value & (bucketCount - 1)
    if (this.#seen[place] === 1) return
    this.#seen[place] = 1
    this.places.push(place)
  }
}
