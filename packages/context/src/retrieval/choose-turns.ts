import type { RetrievalSettings } from '../strategies/retrieval-settings.ts'
import type { QuotableTurn } from './quote-turns.ts'
import { nthLargest } from './nth-largest.ts'
import {
  type MessageScores,
  type MessageWeights,
  messageWeights,
  rankMessages,
  worth,
} from './rank-messages.ts'
import type { IndexedTurn, TurnIndex } from './turn-index.ts'
import { largest, type SimilarMessages } from './turn-vectors.ts'

/** As many turns are read to choose from, by the tokens that may be quoted. */
const turnsMin = 16
const turnsMax = 256
const tokensPerTurn = 40
/** A question and an answer. */
const messagesPerTurn = 2
/**
 * Something must have this share of what a question asks for, by the weight of its words: of questions
 * about what was said, 24 of 25 have more; of questions about something else, a third has less.
 */
const coverageMin = 0.25
/** What is less similar is about something else, for every model that is in wide use. */
const similarityMin = 0.3
const tokensPerWord = 2
/** With less room, what fits by itself is worth more than what stands beside it. */
const roomyTokens = 8000

interface ChoiceOptions {
  readonly index: TurnIndex
  readonly path: readonly IndexedTurn[]
  /** Of each turn of the path, whether it may be quoted: 1, else 0. */
  readonly accepted: Uint8Array
  readonly words: readonly string[]
  readonly settings: Exclude<RetrievalSettings, { mode: 'None' }>
  /** Undefined where there are no vectors: then words decide, as they do with those that have none. */
  readonly similar: SimilarMessages | undefined
  /** Those that were measured to be good when left out. */
  readonly weights?: MessageWeights
}

/** A turn of which something may be quoted, before its text is there. */
interface ChosenTurn extends Omit<QuotableTurn, 'turn'> {
  readonly id: string
}

/**
 * The turns that are worth most for their length, as it is estimated; none where nothing fits what
 * is asked.
 */
export function chooseTurns(options: ChoiceOptions): readonly ChosenTurn[] {
  const { path, settings, similar, weights = messageWeights } = options
  const scores = scoresOf(options)
  if (scores === undefined) return []
  const wanted = Math.ceil(settings.maxTokens / tokensPerTurn)
  const most = Math.max(turnsMin, Math.min(turnsMax, wanted))
  const besides = weights.besides * Math.min(1, settings.maxTokens / roomyTokens)
  const fitting = rankMessages(scores, settings.neighbours, { ...weights, besides })
  const ranked = bestMessages(fitting, most, options)
  const chosen = new Map<number, { question?: number; answer?: number }>()
  for (const { part, place, score } of ranked) {
    const known = chosen.get(place)
    if (known === undefined && chosen.size >= most) continue
    chosen.set(place, { ...known, [part]: score })
  }
  return Array.from(chosen, ([place, { answer, question }]) => {
    const own = Math.max(scores.questions[place] ?? 0, scores.answers[place] ?? 0)
    const id = path[place]?.id ?? ''
    return { id, answer, question, score: own === 0 ? null : own, pieces: similar?.piecesOf(id) }
  })
}

function scoresOf(options: ChoiceOptions): MessageScores | undefined {
  const { accepted, index, path, settings, similar, words } = options
  const isSimilar = similar !== undefined && similar.best >= similarityMin
  const byVectors = settings.mode === 'Vector' && similar?.unknown === 0
  if (byVectors) return isSimilar ? similar : undefined
  const byWords = index.scores({ words, path, accepted })
  if (byWords.coverage < coverageMin && !isSimilar) return undefined
  return similar === undefined ? byWords : sumOf(byWords, similar)
}

/** Both count alike: each in proportion to its best. */
function sumOf(byWords: MessageScores, similar: SimilarMessages): MessageScores {
  const mostWords = Math.max(largest(byWords.questions), largest(byWords.answers)) || 1
  const mostSimilar = similar.best || 1
  const sum = (one: Float64Array, other: Float64Array) =>
    one.map((score, place) => score / mostWords + (other[place] ?? 0) / mostSimilar)
  return {
    questions: sum(byWords.questions, similar.questions),
    answers: sum(byWords.answers, similar.answers),
  }
}

/** A message that may be quoted. */
interface RankedMessage {
  /** Place of its turn on the path. */
  readonly place: number
  readonly part: 'question' | 'answer'
  /** By which it is chosen, before its length counts. */
  readonly score: number
  readonly worth: number
}

/** Of a long answer, a part is quoted. */
function answerTokens(length: number): number {
  return tokensPerWord * (length < 120 ? length : 120)
}

/** The messages that so many turns are chosen from, best first. */
function bestMessages(
  { answers, questions }: MessageScores,
  most: number,
  { accepted, path }: ChoiceOptions,
): readonly RankedMessage[] {
  // Of a long path, few are worth looking at, and only those become objects and are put in order.
  const worths = new Float64Array(messagesPerTurn * path.length)
  for (let place = 0; place < path.length; place++) {
    const question = questions[place] ?? 0
    const answer = answers[place] ?? 0
    const turn = question > 0 || answer > 0 ? path[place] : undefined
    if (turn === undefined || accepted[place] === 0) continue
    const { answerLength, questionLength } = turn
    worths[messagesPerTurn * place] = worth(question, tokensPerWord * questionLength)
    worths[messagesPerTurn * place + 1] = worth(answer, answerTokens(answerLength))
  }
  const least = nthLargest(worths, messagesPerTurn * most)
  const best: RankedMessage[] = []
  for (let at = 0; at < worths.length; at++) {
    const value = worths[at] ?? 0
    if (value === 0 || value < least) continue
    const place = at >>> 1
    const isQuestion = (at & 1) === 0
    const part = isQuestion ? 'question' : 'answer'
    const score = (isQuestion ? questions : answers)[place] ?? 0
    best.push({ place, part, score, worth: value })
  }
  return best.toSorted((one, other) => other.worth - one.worth)
}
