import { invalidField } from '@fairlead/llm'
import { fitTogether, type Note, noteTextProblem } from '../notes/note.ts'
import { looksSecret } from '../notes/secret-text.ts'
import { withNotes } from '../notes/subject-notes.ts'
import type { NewId } from '../turns/ulid.ts'
import type { ItemPageRequest } from './conversations.ts'
import { isSubjectErased } from './conversation-errors.ts'
import { noteConflict, noteNotFound, secretInNote, tooManyNotes } from './note-errors.ts'
import type { NoteChange, NoteReference, Notes } from './notes.ts'
import type { NoteOwner, NotesShelf } from './notes-shelf.ts'
import { checkedPage, type Page } from './page-items.ts'
import { checkSubject } from './validate-conversation.ts'

/** The notes of subjects as callers read and change them. */
export class NotesService implements Notes {
  readonly #shelf: NotesShelf
  readonly #newId: NewId

  constructor(shelf: NotesShelf, newId: NewId) {
    this.#shelf = shelf
    this.#newId = newId
  }

  async list(owner: NoteOwner, page: ItemPageRequest): Promise<Page<Note>> {
    checkSubject(owner.subject)
    const { after, limit, order } = checkedPage(page)
    const { notes } = await this.#shelf.read(owner)
    const ordered = order === 'desc' ? notes.toReversed() : notes
    // The note to continue after may be gone by now: ids are in order, so its place is not.
    const isNext = ({ id }: Note) =>
      after === undefined || (order === 'desc' ? id < after : id > after)
    const rest = ordered.filter(isNext)
    return { items: rest.slice(0, limit), hasMore: rest.length > limit }
  }

  async get({ id, ...owner }: NoteReference): Promise<Note> {
    checkSubject(owner.subject)
    return found((await this.#shelf.read(owner)).notes, id)
  }

  add(owner: NoteOwner, { expires_at = null, text }: NoteChange & { text: string }): Promise<Note> {
    checkSubject(owner.subject)
    checkText(text)
    const id = this.#newId('note_')
    return this.#shelf.change(owner, (before, nowSeconds) => {
      checkExpiry(expires_at, nowSeconds)
      const times = { created_at: nowSeconds, updated_at: nowSeconds, expires_at }
      const note: Note = { id, text, version: 1, source: { type: 'api' }, ...times }
      return { after: withNotes(before, fitting([...before.notes, note])), result: note }
    })
  }

  change(reference: NoteReference, change: NoteChange): Promise<Note> {
    checkSubject(reference.subject)
    if (change.text !== undefined) checkText(change.text)
    return this.#shelf.change(reference, (before, nowSeconds) => {
      const note = expected(before.notes, reference)
      const { text = note.text, expires_at = note.expires_at } = change
      if (change.expires_at !== undefined) checkExpiry(expires_at, nowSeconds)
      const version = note.version + 1
      const source = { type: 'api' } as const
      const after = { ...note, text, version, source, updated_at: nowSeconds, expires_at }
      const notes = before.notes.map((one) => (one.id === note.id ? after : one))
      return { after: { ...before, notes: fitting(notes) }, result: after }
    })
  }

  async remove(reference: NoteReference): Promise<void> {
    checkSubject(reference.subject)
    await this.#shelf.change(reference, (before) => {
      const note = expected(before.notes, reference)
      const notes = before.notes.filter(({ id }) => id !== note.id)
      return { after: { ...before, notes }, result: undefined }
    })
  }

  async removeAll(owner: NoteOwner): Promise<number> {
    checkSubject(owner.subject)
    try {
      // Also where there are none: a turn may be waiting to be read, in whatever process.
      return await this.#shelf.change(owner, (before, nowSeconds) => ({
        after: { ...before, notes: [], reading: null, cleared_at: nowSeconds },
        result: before.notes.length,
      }))
    } catch (error) {
      // Another erasure has deleted them.
      if (isSubjectErased(error)) return 0
      throw error
    }
  }
}

function expected(notes: readonly Note[], { expectedVersion, id }: NoteReference): Note {
  const note = found(notes, id)
  if (expectedVersion === undefined || expectedVersion === note.version) return note
  throw noteConflict(id, expectedVersion, note.version)
}

function found(notes: readonly Note[], id: string): Note {
  const note = notes.find((one) => one.id === id)
  if (note === undefined) throw noteNotFound(id)
  return note
}

function fitting(notes: readonly Note[]): readonly Note[] {
  if (!fitTogether(notes)) throw tooManyNotes()
  return notes
}

function checkText(text: string): void {
  const problem = noteTextProblem(text)
  if (problem !== undefined) throw invalidField('text', problem)
  if (looksSecret(text)) throw secretInNote()
}

function checkExpiry(at: number | null, nowSeconds: number): void {
  if (at === null || (Number.isSafeInteger(at) && at > nowSeconds)) return
  throw invalidField('expires_at', 'it must be a time to come, in Unix seconds, or null.')
}
