import { wordsOf } from '@fairlead/retrieval'
import type { TurnStore } from '../stores/turn-store.ts'
import { passageKey, type RetrievedBlock } from '../turns/retrieved-block.ts'
import { quoteTurns, type QuotableTurn } from './quote-turns.ts'
import { rankMessages, type RankedMessage, worth } from './rank-messages.ts'
import type { RetrievalSettings } from '../strategies/retrieval-settings.ts'
import { questionIn } from './said-in-turn.ts'
import type { IndexedTurn, TurnIndex } from './turn-index.ts'
import type { TurnIndexes } from './turn-indexes.ts'
import type { RetrievalInput, TurnRetriever } from './turn-retriever.ts'

/** As much of a question is looked at. */
const questionCharactersMax = 20_000
/** As many turns are read to choose from, by the tokens that may be quoted. */
const turnsMin = 16
const turnsMax = 256
const tokensPerTurn = 40
/**
 * Something must have this share of what a question asks for, by the weight of its words: of questions
 * about what was said, 24 of 25 have more; of questions about something else, a third has less.
 */
const coverageMin = 0.25
const tokensPerWord = 2

interface EarlierTurnsOptions {
  readonly settings: Exclude<RetrievalSettings, { mode: 'None' }>
  readonly store: Pick<TurnStore, 'turn'>
  readonly indexes: TurnIndexes
  readonly conversation: string
}

/** Looks for earlier turns of the conversation that matter to a new one and that its prompt lacks. */
export function earlierTurns(options: EarlierTurnsOptions): TurnRetriever {
  const { conversation } = options
  return {
    searches: { kind: 'turn', source: conversation },
    retrieve: (input) => retrieve(input, options),
  }
}

async function retrieve(
  input: RetrievalInput,
  { indexes, settings, store }: EarlierTurnsOptions,
): Promise<RetrievedBlock | undefined> {
  const { conversation } = input
  const words = wordsOf(questionIn(input.input).slice(-questionCharactersMax))
  if (conversation.ccp.head === null) return undefined
  if (!asksSomething(words)) return nothing
  const index = await indexes.indexOf(conversation)
  const path = index.pathTo(input.parent)
  const wanted = wantedTurns(index, path, input, { words, settings })
  const quotable = await Promise.all(
    wanted.map(async (one): Promise<QuotableTurn | undefined> => {
      const turn = await store.turn(conversation.ccp.tenant, conversation.id, one.id)
      return turn && { turn, ...one }
    }),
  )
  const block = quoteTurns(
    quotable.filter((one) => one !== undefined),
    {
      conversation: conversation.id,
      words,
      maxTokens: settings.maxTokens,
      countTokens: (text) => input.countTokens(text),
    },
  )
  return block ?? nothing
}

/** Looked for, and not found. */
const nothing: RetrievedBlock = { items: [], passages: [] }

/** One word of everyday language tells nothing; a name, a number or another script may. */
function asksSomething(words: readonly string[]): boolean {
  const distinct = new Set(words)
  return distinct.size > 1 || words.some((word) => !/^[a-z]+$/.test(word))
}

interface WantedTurn extends Omit<QuotableTurn, 'turn'> {
  readonly id: string
}

/** The turns that are worth most for their length, as it is estimated. */
function wantedTurns(
  index: TurnIndex,
  path: readonly IndexedTurn[],
  input: RetrievalInput,
  {
    settings: { maxTokens, neighbours },
    words,
  }: { readonly words: readonly string[]; readonly settings: EarlierTurnsOptions['settings'] },
): readonly WantedTurn[] {
  const accept = quotableTurns(path, input)
  const most = Math.max(turnsMin, Math.min(turnsMax, maxTokens / tokensPerTurn))
  const scores = index.scores({ words, path, accept })
  if (scores.coverage < coverageMin) return []
  const ranked = rankMessages(scores, neighbours)
    .filter(({ place }) => isAccepted(path[place], accept))
    .map((message) => ({ ...message, worth: worth(message.score, estimate(path, message)) }))
    .toSorted((one, other) => other.worth - one.worth)
  const wanted = new Map<number, { question?: number; answer?: number }>()
  for (const { part, place, score } of ranked) {
    const known = wanted.get(place)
    if (known === undefined && wanted.size >= most) continue
    wanted.set(place, { ...known, [part]: score })
  }
  return Array.from(wanted, ([place, { answer, question }]) => {
    const own = Math.max(scores.questions[place] ?? 0, scores.answers[place] ?? 0)
    return { id: path[place]?.id ?? '', answer, question, score: own === 0 ? null : own }
  })
}

/** What the prompt has already, or what the caller deleted, is not quoted. */
function quotableTurns(
  path: readonly IndexedTurn[],
  { conversation, earlier, inPrompt, leftOut }: RetrievalInput,
): (turn: IndexedTurn) => boolean {
  const deleted = new Set(leftOut?.turns)
  const fromSeq = path.find(({ id }) => id === leftOut?.before)?.seq ?? 0
  const quoted = (id: string) =>
    earlier.has(passageKey({ kind: 'turn', source: conversation.id, id }))
  return ({ id, seq }) => seq >= fromSeq && !deleted.has(id) && !inPrompt.has(id) && !quoted(id)
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
