import { KeywordIndex, wordsOf } from '@fairlead/retrieval'
import type { Note } from './note.ts'

/** Notes, and an index of their words that is made when it is asked for. */
export class IndexedNotes {
  /** The oldest first. */
  readonly notes: readonly Note[]
  #index: KeywordIndex | undefined

  constructor(notes: readonly Note[]) {
    this.notes = notes
  }

  /** Of the words of each, by its place among the notes. */
  get index(): KeywordIndex {
    this.#index ??= indexOf(this.notes)
    return this.#index
  }

  /** Whether these are the same notes. Versions begin anew where a subject was erased. */
  equals(others: readonly Note[]): boolean {
    return (
      this.notes.length === others.length &&
      this.notes.every((one, place) => {
        const other = others[place]
        return one.id === other?.id && one.version === other.version && one.text === other.text
      })
    )
  }
}

function indexOf(notes: readonly Note[]): KeywordIndex {
  const index = new KeywordIndex()
  notes.forEach(({ text }, place) => index.add(place, wordsOf(text)))
  return index
}
