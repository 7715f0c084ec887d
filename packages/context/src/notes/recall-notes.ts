import { wordsOf } from '@fairlead/retrieval'
import { questionIn } from '../retrieval/said-in-turn.ts'
import type { RetrievalInput, TurnRetriever } from '../retrieval/turn-retriever.ts'
import type { MemorySettings } from '../strategies/memory-settings.ts'
import { quoteSources } from '../turns/quote-sources.ts'
import { passageKey, type RetrievedBlock, type RetrievedPassage } from '../turns/retrieved-block.ts'
import { type GoneNote, goneNotes, noteName } from './gone-notes.ts'
import type { IndexedNotes } from './indexed-notes.ts'
import type { Note } from './note.ts'

/** What the frame of the block takes, and that of each note in it, rather too much. */
const blockTokens = 80
const noteTokens = 30
/** As much of a question is looked at. */
const questionCharactersMax = 20_000
/** The most notes that are told but not quoted. With as many that have no room, the search ends. */
const toldMax = 20

interface RecallOptions {
  readonly settings: Pick<MemorySettings, 'recall' | 'maxTokens'>
  /** Of whom notes are looked for. */
  readonly subject: string
  /** The notes that hold now. */
  readonly read: () => Promise<IndexedNotes>
}

interface BlockOptions {
  readonly subject: string
  readonly maxTokens: number
  readonly input: RetrievalInput
  readonly gone: readonly GoneNote[]
}

interface RankedNote {
  readonly note: Note
  readonly score: number | null
}

/**
 * Looks for notes about the subject of a conversation. One that the prompt quotes already, unchanged, is
 * not quoted again, and takes its part of the tokens all the same: what is quoted depends on the notes
 * and the question alone. Of one that it quotes and that is gone, it says so, once.
 */
export function recallNotes({ read, settings, subject }: RecallOptions): TurnRetriever {
  return {
    searches: { kind: 'note', source: subject },
    async retrieve(input) {
      // Whatever is wrong, the turn goes on without them.
      const kept = await read().catch((cause: unknown) => {
        throw new Error('the notes were not read', { cause })
      })
      const { notes } = kept
      const gone = goneNotes(input.earlier, subject, notes)
      if (notes.length === 0 && gone.length === 0) return undefined
      const ranked = settings.recall === 'All' ? latestFirst(notes) : byWords(kept, input)
      return blockOf(ranked, { input, maxTokens: settings.maxTokens, subject, gone })
    },
  }
}

/** What has changed last matters most where not everything has room. */
function latestFirst(notes: readonly Note[]): readonly RankedNote[] {
  return notes
    .toReversed()
    .toSorted((one, other) => other.updated_at - one.updated_at)
    .map((note) => ({ note, score: null }))
}

function byWords({ index, notes }: IndexedNotes, { input }: RetrievalInput): readonly RankedNote[] {
  const words = wordsOf(questionIn(input).slice(-questionCharactersMax))
  return index
    .search({ words, limit: notes.length, accept: () => true })
    .flatMap(({ ref, score }) => {
      const note = notes[ref]
      return note === undefined ? [] : [{ note, score }]
    })
}

function blockOf(
  ranked: readonly RankedNote[],
  { gone, input, maxTokens, subject }: BlockOptions,
): RetrievedBlock {
  let left = maxTokens - blockTokens
  let without = 0
  const judged: { readonly note: Note; readonly passage: RetrievedPassage }[] = []
  for (const { note, score } of ranked) {
    if (without >= toldMax) break
    const named = { kind: 'note', source: subject, id: noteName(note) } as const
    const tokens = input.countTokens(note.text) + noteTokens
    const fits = tokens <= left
    if (fits) left -= tokens
    else without += 1
    const isThere = input.earlier.has(passageKey(named))
    const action = fits ? (isThere ? 'duplicate' : 'kept') : 'over_budget'
    const passage: RetrievedPassage = { ...named, title: null, url: null, score, tokens, action }
    judged.push({ note, passage })
  }
  const kept = judged.filter(({ passage }) => passage.action === 'kept')
  const told = judged.filter(({ passage }) => passage.action !== 'kept').slice(0, toldMax)
  return {
    items: kept.length + gone.length === 0 ? [] : [quoted(kept, gone)],
    passages: [...kept, ...gone, ...told].map(({ passage }) => passage),
  }
}

const supersedes =
  ' They are about the user. Where a note stands twice, with the same id, the later one holds; one that is only "(deleted)" there does not hold any more.'

function quoted(kept: readonly { readonly note: Note }[], gone: readonly GoneNote[]) {
  const inOrder = kept.toSorted((one, other) => (one.note.id < other.note.id ? -1 : 1))
  const sources = inOrder.map(({ note: { id, text, updated_at: at } }) => ({
    id: id.slice(-8),
    about: { noted: new Date(at * 1000).toISOString().slice(0, 10) },
    text,
  }))
  const deleted = gone.map(({ id }) => ({ id: id.slice(-8), about: {}, text: '(deleted)' }))
  const all = [...sources, ...deleted]
  return quoteSources('Notes from earlier conversations', all, { more: supersedes })
}
