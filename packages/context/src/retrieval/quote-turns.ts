import { NearDuplicates, wordsOf } from '@fairlead/retrieval'
import { quoteSources } from '../turns/quote-sources.ts'
import type { PassageAction, RetrievedBlock } from '../turns/retrieved-block.ts'
import type { Turn } from '../turns/turn.ts'
import { worth } from './rank-messages.ts'
import { saidIn } from './said-in-turn.ts'
import { type PiecesOfTurn, piecesOfText } from './turn-vectors.ts'

/** A turn of which something may be quoted, and how well its messages fit; undefined for not at all. */
export interface QuotableTurn {
  readonly turn: Turn
  readonly question: number | undefined
  readonly answer: number | undefined
  /** How similar the pieces of its messages are, if it has vectors. */
  readonly pieces: PiecesOfTurn<number> | undefined
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

/** What the frame of a block takes, that of each turn in it, and what joins pieces, rather too much. */
const blockTokens = 64
const turnTokens = 34
const pieceTokens = 4
/** Of prose, about; and of what has the longest tokens. */
const charactersPerToken = 4
const charactersPerTokenMax = 8

/** The most turns that are told but not quoted. */
const toldMax = 20

interface Piece {
  /** Its number in the message, and how many the message has. */
  readonly at: number
  readonly of: number
  readonly quotable: QuotableTurn
  readonly part: 'question' | 'answer'
  readonly text: string
  readonly worth: number
}

interface QuotedPiece extends Piece {
  /** In tokens, with its frame. */
  readonly cost: number
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
    .flatMap((one) => {
      const said = saidIn(one.turn)
      return (['question', 'answer'] as const).flatMap((part) =>
        one[part] === undefined ? [] : piecesOf(one, part, said[part], looked),
      )
    })
    .toSorted((one, other) => other.worth - one.worth)
  const kept = new Map<QuotableTurn, QuotedPiece[]>()
  const others = new Map<QuotableTurn, PassageAction>()
  const duplicates = new NearDuplicates()
  let left = maxTokens - blockTokens
  for (const piece of pieces) {
    const known = kept.get(piece.quotable)
    const frame = pieceTokens + (known === undefined ? turnTokens : 0)
    // What is surely too long need not be counted.
    const isLong = frame + piece.text.length / charactersPerTokenMax > left
    const cost = isLong ? Infinity : frame + countTokens(piece.text)
    if (cost > left) others.set(piece.quotable, 'over_budget')
    else if (duplicates.isNew(wordsOf(piece.text))) {
      left -= cost
      const quoted = { ...piece, cost }
      if (known === undefined) kept.set(piece.quotable, [quoted])
      else known.push(quoted)
    } else others.set(piece.quotable, 'duplicate')
  }
  if (kept.size === 0) return undefined
  const told = [...others].filter(([one]) => !kept.has(one)).slice(0, toldMax)
  return {
    items: [quoteSources('Earlier parts of this conversation', sourcesOf(kept))],
    passages: [
      ...Array.from(kept, ([one, parts]) => ({
        ...passageOf(one, conversation),
        tokens: parts.reduce((sum, { cost }) => sum + cost, 0),
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
  message: string,
  words: ReadonlySet<string>,
): readonly Piece[] {
  const score = quotable[part] ?? 0
  const similar = quotable.pieces?.[part]
  const cut = piecesOfText(message).map((text, at) => {
    return { at, text, fits: fitOf(text, words) }
  })
  const most = Math.max(...cut.map(({ fits }) => fits)) || 1
  const mostSimilar = Math.max(0, ...(similar ?? [])) || 1
  const pieces = cut.map((piece) => ({
    ...piece,
    share: piece.fits / most + (similar?.[piece.at] ?? 0) / mostSimilar,
  }))
  const best = Math.max(...pieces.map(({ share }) => share))
  return pieces
    .filter(({ share }) => best === 0 || share > 0)
    .map(({ at, share, text }) => ({
      at,
      of: cut.length,
      text,
      quotable,
      part,
      worth: worth(best === 0 ? score : (score * share) / best, text.length / charactersPerToken),
    }))
}

/**
 * How many of the words are in a text, each counted less the more often it is there. A rough search
 * for their beginnings, which is enough to choose among the pieces of one message.
 */
function fitOf(text: string, words: ReadonlySet<string>): number {
  const lower = text.toLowerCase()
  let fit = 0
  for (const word of words) {
    // The stem of `query` is `queri`.
    const count = countBeginnings(lower, word.replace(/i$/, ''))
    fit += count / (count + 1.2)
  }
  return fit
}

const countMax = 8

function countBeginnings(text: string, beginning: string): number {
  let count = 0
  let at = text.indexOf(beginning)
  while (at !== -1 && count < countMax) {
    const before = text.charCodeAt(at - 1)
    const isInWord = before >= 97 && before <= 122
    if (!isInWord) count++
    at = text.indexOf(beginning, at + 1)
  }
  return count
}

function sourcesOf(kept: ReadonlyMap<QuotableTurn, readonly Piece[]>) {
  return Array.from(kept)
    .toSorted(([one], [other]) => one.turn.seq - other.turn.seq)
    .map(([{ turn }, pieces]) => ({
      id: String(turn.seq),
      about: { at: new Date(turn.created_at * 1000).toISOString().slice(0, 16) },
      text: (['question', 'answer'] as const).flatMap((part) => linesOf(part, pieces)).join('\n'),
    }))
}

function linesOf(part: 'question' | 'answer', pieces: readonly Piece[]): readonly string[] {
  const quoted = pieces
    .filter((piece) => piece.part === part)
    .toSorted((one, other) => one.at - other.at)
  const count = quoted[0]?.of
  if (count === undefined) return []
  let text = ''
  let next = 0
  for (const piece of quoted) {
    text += `${piece.at > next ? ' […] ' : text === '' ? '' : '\n'}${piece.text}`
    next = piece.at + 1
  }
  const speaker = part === 'question' ? 'user' : 'assistant'
  return [`${speaker}: ${text.trimStart()}${next < count ? ' […]' : ''}`]
}
