import { wordsOf } from '@fairlead/retrieval'
import type { TurnStore } from '../stores/turn-store.ts'
import type { RetrievedBlock } from '../turns/retrieved-block.ts'
import { chooseTurns } from './choose-turns.ts'
import { quoteTurns, type QuotableTurn } from './quote-turns.ts'
import type { RetrievalSettings } from '../strategies/retrieval-settings.ts'
import { questionIn } from './said-in-turn.ts'
import type { IndexedTurn, TurnIndex } from './turn-index.ts'
import type { TurnIndexes } from './turn-indexes.ts'
import type { TurnComparison } from './turn-comparison.ts'
import type { RetrievalInput, TurnRetriever } from './turn-retriever.ts'

/** As much of a question is looked at. */
const questionCharactersMax = 20_000

interface EarlierTurnsOptions {
  readonly settings: Exclude<RetrievalSettings, { mode: 'None' }>
  readonly store: Pick<TurnStore, 'turn'>
  readonly indexes: TurnIndexes
  readonly conversation: string
  /** By vectors, as the modes Vector and Hybrid have it. */
  readonly comparison?: TurnComparison | undefined
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
  { comparison, indexes, settings, store }: EarlierTurnsOptions,
): Promise<RetrievedBlock | undefined> {
  const { conversation, signal } = input
  const question = questionIn(input.input).slice(-questionCharactersMax)
  const words = wordsOf(question)
  if (conversation.ccp.head === null) return undefined
  if (!asksSomething(words)) return nothing
  const index = await indexes.indexOf(conversation)
  const path = index.pathTo(input.parent)
  const accepted = quotableTurns(index, path, input)
  const asked = { conversation, question, path, accepted, signal }
  const { problem, similar } = (await comparison?.compare(asked)) ?? { similar: undefined }
  const wanted = chooseTurns({ index, path, accepted, words, settings, similar })
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
  if (problem === undefined) return block ?? nothing
  const told = { kind: 'turn', source: conversation.id, problem } as const
  return { ...(block ?? nothing), problems: [told] }
}

/** Looked for, and not found. */
const nothing: RetrievedBlock = { items: [], passages: [] }

/** One word of everyday language tells nothing; a name, a number or another script may. */
function asksSomething(words: readonly string[]): boolean {
  const distinct = new Set(words)
  return distinct.size > 1 || words.some((word) => !/^[a-z]+$/.test(word))
}

/** What the prompt has already, or what the caller deleted, is not quoted. */
function quotableTurns(
  index: TurnIndex,
  path: readonly IndexedTurn[],
  { conversation, earlier, inPrompt, leftOut }: RetrievalInput,
): Uint8Array {
  const quoted = Array.from(earlier.values())
    .filter(({ kind, source }) => kind === 'turn' && source === conversation.id)
    .map(({ id }) => id)
  const barred = [...(leftOut?.turns ?? []), ...inPrompt, ...quoted]
  return index.accepted(path, { barred, from: leftOut?.before ?? undefined })
}
