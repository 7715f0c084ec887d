import { KeywordIndex, wordsOf } from '@fairlead/retrieval'
import type { Note } from './note.ts'

/** Of lists of notes that somebody holds; each goes with its list. */
const indexes = new WeakMap<readonly Note[], KeywordIndex>()

/** The words of notes, by their places in the list. The same list is looked through once. */
export function noteIndex(notes: readonly Note[]): KeywordIndex {
  const known = indexes.get(notes)
  if (known !== undefined) return known
  const index = new KeywordIndex()
  notes.forEach(({ text }, place) => index.add(place, wordsOf(text)))
  indexes.set(notes, index)
  return index
}
