import type { RetrievalSettings } from '../strategies/retrieval-settings.ts'
import type { QuotableTurn } from './quote-turns.ts'
import { type MessageScores, type RankedMessage, rankMessages, worth } from './rank-messages.ts'
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

interface ChoiceOptions {
  readonly index: TurnIndex
  readonly path: readonly IndexedTurn[]
  /** Whether a turn may be quoted. */
  readonly accept: (turn: IndexedTurn) => boolean
  readonly words: readonly string[]
  readonly settings: Exclude<RetrievalSettings, { mode: 'None' }>
  /** Undefined where there are no vectors: then words decide, as they do with those that have none. */
  readonly similar: SimilarMessages | undefined
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
  const { accept, path, settings, similar } = options
  const scores = scoresOf(options)
  if (scores === undefined) return []
  const wanted = Math.ceil(settings.maxTokens / tokensPerTurn)
  const most = Math.max(turnsMin, Math.min(turnsMax, wanted))
  const weighed = rankMessages(scores, settings.neighbours)
    .filter(({ place }) => isAccepted(path[place], accept))
    .map((message) => ({ ...message, worth: worth(message.score, estimate(path, message)) }))
  // Of a long path, few are worth looking at, and only those are put in order.
  const worths = Float64Array.from(weighed, (message) => message.worth).toSorted()
  const least = worths.at(-messagesPerTurn * most) ?? 0
  const ranked = weighed
    .filter((message) => message.worth >= least)
    .toSorted((one, other) => other.worth - one.worth)
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
  const { accept, index, path, settings, similar, words } = options
  const isSimilar = similar !== undefined && similar.best >= similarityMin
  const byVectors = settings.mode === 'Vector' && similar?.unknown === 0
  if (byVectors) return isSimilar ? similar : undefined
  const byWords = index.scores({ words, path, accept })
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

function isAccepted(
  turn: IndexedTurn | undefined,
  accept: (turn: IndexedTurn) => boolean,
): boolean {
  return turn !== undefined && accept(turn)
}

function estimate(path: readonly IndexedTurn[], { part, place }: RankedMessage): number {
  const { answerLength = 0, questionLength = 0 } = path[place] ?? {}
  return tokensPerWord * (part === 'question' ? questionLength : Math.min(answerLength, 120))
}
