import { carefulEstimate } from '../tokens/careful-estimate.ts'
import { fitTogether, type Note, type NoteSource, notesAt, noteTextProblem } from './note.ts'
import type { Extraction } from './read-extraction.ts'
import { looksSecret } from './secret-text.ts'
import { type SubjectNotes, withNotes } from './subject-notes.ts'

interface ApplyOptions {
  /** The notes that the model was shown, by the names that it knows them by. */
  readonly shown: ReadonlyMap<string, Note>
  readonly source: NoteSource
  readonly newId: () => string
  readonly nowSeconds: number
  readonly maxNotes: number
  readonly maxNoteTokens: number
  /** How long what is noted now is kept; undefined for as long as nobody deletes it. */
  readonly ttlMs: number | undefined
}

/** How many notes were made, changed and deleted, and how many changes were not made. */
export interface AppliedExtraction {
  readonly after: SubjectNotes
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly dropped: number
}

/**
 * Notes after what a model wants to be noted. It changes and deletes only notes that it was shown, that
 * models made, and that are still as it has seen them. What looks secret, is too long, is there already or
 * has no room is not noted: nothing gives way to it.
 */
export function applyExtraction(
  before: SubjectNotes,
  { add, change, dropped: misshapen, remove }: Extraction,
  options: ApplyOptions,
): AppliedExtraction {
  const { maxNotes, newId, nowSeconds, shown, source, ttlMs } = options
  const expires_at = ttlMs === undefined ? null : nowSeconds + Math.ceil(ttlMs / 1000)
  const notes = new Map(notesAt(before.notes, nowSeconds).map((note) => [note.id, note]))
  const texts = new Set(Array.from(notes.values(), ({ text }) => sameText(text)))
  const count = { added: 0, changed: 0, removed: 0, dropped: misshapen }
  const own = (name: string) => {
    const seen = shown.get(name)
    const note = seen && notes.get(seen.id)
    return note?.version === seen?.version ? note : undefined
  }
  const put = (note: Note, counted: 'added' | 'changed') => {
    if (!fitTogether([...notes.values()].filter(({ id }) => id !== note.id).concat(note))) {
      count.dropped += 1
      return
    }
    notes.set(note.id, note)
    texts.add(sameText(note.text))
    count[counted] += 1
  }
  const noted = (text: string) => {
    const tidy = text.replaceAll(/\s+/g, ' ').trim()
    const isNew = isNotable(tidy, options) && !texts.has(sameText(tidy))
    if (!isNew) count.dropped += 1
    return isNew ? tidy : undefined
  }
  for (const name of remove) {
    const note = own(name)
    if (note === undefined) count.dropped += 1
    else {
      notes.delete(note.id)
      texts.delete(sameText(note.text))
      count.removed += 1
    }
  }
  for (const [name, wanted] of change) {
    const note = own(name)
    const text = note && noted(wanted)
    if (note === undefined) count.dropped += 1
    if (note === undefined || text === undefined) continue
    const { version } = note
    put(
      { ...note, text, version: version + 1, source, updated_at: nowSeconds, expires_at },
      'changed',
    )
  }
  for (const wanted of add) {
    const text = noted(wanted)
    if (text === undefined) continue
    if (notes.size >= maxNotes) {
      count.dropped += 1
      continue
    }
    const times = { created_at: nowSeconds, updated_at: nowSeconds, expires_at }
    put({ id: newId(), text, version: 1, source, ...times }, 'added')
  }
  return { ...count, after: withNotes(before, [...notes.values()]) }
}

function isNotable(text: string, { maxNoteTokens }: ApplyOptions): boolean {
  return (
    noteTextProblem(text) === undefined &&
    carefulEstimate(text) <= maxNoteTokens &&
    !looksSecret(text)
  )
}

function sameText(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\s.]+/g, ' ')
    .trim()
    .toLowerCase()
}
