import { NearDuplicates, wordsOf } from '@fairlead/retrieval'
import { quoteSources } from '../turns/quote-sources.ts'
import type { PassageAction, RetrievedBlock } from '../turns/retrieved-block.ts'
import type { Turn } from '../turns/turn.ts'
import { cutText, type TextPiece } from './cut-text.ts'
import { worth } from './rank-messages.ts'
import { saidIn } from './said-in-turn.ts'

/** A turn of which something may be quoted, and how well its messages fit; undefined for not at all. */
export interface QuotableTurn {
  readonly turn: Turn
  readonly question: number | undefined
  readonly answer: number | undefined
  /** How well it fits by itself; null for one that stands beside those that do. */
  readonly score: number | null
}

interface QuoteOptions {
  readonly conversation: string
  /** The words that are looked for. */
  readonly words: readonly string[]
  readonly maxTokens: number
  readonly countTokens: (text: string) => number
}

/** What is quoted of a longer message at a time. */
const pieceCharacters = 1000

/** About what the frame of a block and that of each turn in it take. */
const blockTokens = 60
const turnTokens = 25

/** The most turns that are told but not quoted. */
const toldMax = 20

interface Piece extends TextPiece {
  readonly quotable: QuotableTurn
  readonly part: 'question' | 'answer'
  readonly text: string
  readonly words: readonly string[]
  readonly tokens: number
  readonly worth: number
}

/**
 * Quotes what fits best for its length, in at most `maxTokens` as they are counted here: of each turn
 * what its user said, and the parts of its answer that fit. They stand in the order of the
 * conversation, with who said them and when. What says the same as a better one is left out.
 */
export function quoteTurns(
  quotable: readonly QuotableTurn[],
  { conversation, countTokens, maxTokens, words }: QuoteOptions,
): RetrievedBlock | undefined {
  const looked = new Set(words)
  const pieces = quotable
    .flatMap((one) => [
      ...piecesOf(one, 'question', looked, countTokens),
      ...piecesOf(one, 'answer', looked, countTokens),
    ])
    .toSorted((one, other) => other.worth - one.worth)
  const kept = new Map<QuotableTurn, Piece[]>()
  const others = new Map<QuotableTurn, PassageAction>()
  const duplicates = new NearDuplicates()
  let left = maxTokens - blockTokens
  for (const piece of pieces) {
    const known = kept.get(piece.quotable)
    const cost = piece.tokens + (known === undefined ? turnTokens : 0)
    if (cost > left) others.set(piece.quotable, 'over_budget')
    else if (duplicates.isNew(piece.words)) {
      left -= cost
      if (known === undefined) kept.set(piece.quotable, [piece])
      else known.push(piece)
    } else others.set(piece.quotable, 'duplicate')
  }
  if (kept.size === 0) return undefined
  const told = [...others].filter(([one]) => !kept.has(one)).slice(0, toldMax)
  return {
    items: [quoteSources('Earlier parts of this conversation', sourcesOf(kept))],
    passages: [
      ...Array.from(kept, ([one, parts]) => ({
        ...passageOf(one, conversation),
        tokens: turnTokens + parts.reduce((sum, { tokens }) => sum + tokens, 0),
        action: 'kept' as const,
      })),
      ...told.map(([one, action]) => ({ ...passageOf(one, conversation), tokens: 0, action })),
    ],
  }
}

function passageOf({ score, turn }: QuotableTurn, conversation: string) {
  return { kind: 'turn', source: conversation, id: turn.id, title: null, url: null, score } as const
}

function piecesOf(
  quotable: QuotableTurn,
  part: 'question' | 'answer',
  words: ReadonlySet<string>,
  countTokens: (text: string) => number,
): readonly Piece[] {
  const score = quotable[part]
  if (score === undefined) return []
  const said = saidIn(quotable.turn)[part]
  const cut = cutText(said, pieceCharacters).map(({ from, to }) => {
    const text = said.slice(from, to)
    const own = wordsOf(text)
    return { from, to, text, words: own, fits: fitOf(own, words), tokens: countTokens(text) }
  })
  const best = Math.max(...cut.map(({ fits }) => fits))
  return cut
    .filter(({ fits }) => best === 0 || fits > 0)
    .map(({ fits, ...piece }) => ({
      ...piece,
      quotable,
      part,
      worth: worth(best === 0 ? score : (score * fits) / best, piece.tokens),
    }))
}

/** How many of the words are in a text, each counted less the more often it is there. */
function fitOf(text: readonly string[], words: ReadonlySet<string>): number {
  const counts = new Map<string, number>()
  for (const word of text) {
    if (words.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return Array.from(counts.values()).reduce((sum, count) => sum + count / (count + 1.2), 0)
}

function sourcesOf(kept: ReadonlyMap<QuotableTurn, readonly Piece[]>) {
  return Array.from(kept)
    .toSorted(([one], [other]) => one.turn.seq - other.turn.seq)
    .map(([{ turn }, pieces]) => ({
      id: String(turn.seq),
      about: { at: new Date(turn.created_at * 1000).toISOString().slice(0, 16) },
      text: (['question', 'answer'] as const)
        .flatMap((part) => linesOf(turn, part, pieces))
        .join('\n'),
    }))
}

function linesOf(
  turn: Turn,
  part: 'question' | 'answer',
  pieces: readonly Piece[],
): readonly string[] {
  const quoted = pieces
    .filter((piece) => piece.part === part)
    .toSorted((one, other) => one.from - other.from)
  if (quoted.length === 0) return []
  const { length } = saidIn(turn)[part]
  let text = ''
  let end = 0
  for (const piece of quoted) {
    text += `${piece.from > end + 2 ? ' […] ' : text === '' ? '' : '\n'}${piece.text}`
    end = piece.to
  }
  const speaker = part === 'question' ? 'user' : 'assistant'
  return [`${speaker}: ${text.trimStart()}${end < length ? ' […]' : ''}`]
}
