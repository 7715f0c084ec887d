import type { Note } from '../notes/note.ts'
import type { ItemPageRequest } from './conversations.ts'
import type { NoteOwner } from './notes-shelf.ts'
import type { Page } from './page-items.ts'

/** A note that is to be read or changed. */
export interface NoteReference extends NoteOwner {
  readonly id: string
  /** The version that the change is meant for; any when left out. */
  readonly expectedVersion?: number | undefined
}

/** What a caller says of a note. */
export interface NoteChange {
  /** Stays as it is when left out. */
  readonly text?: string | undefined
  /** Unix seconds; null for never. Stays as it is when left out. */
  readonly expires_at?: number | null | undefined
}

/**
 * The notes about subjects. They are there whether or not a strategy uses them. Every method throws a
 * ModelError 400 for a subject that cannot be one; an unknown note is a 404 `note_not_found`.
 */
export interface Notes {
  /** The newest first, unless the page says otherwise. */
  list(owner: NoteOwner, page: ItemPageRequest): Promise<Page<Note>>
  get(note: NoteReference): Promise<Note>
  /**
   * Adds a note. Throws a ModelError 400: for a text that cannot be a note's, `secret_in_note` for one
   * that looks secret, `too_many_notes` where the subject has no room for it.
   */
  add(owner: NoteOwner, note: NoteChange & { readonly text: string }): Promise<Note>
  /**
   * Changes what is given; from then on the note is the caller's, and no model changes it. Throws as `add`,
   * and 412 `revision_conflict` where it has another version.
   */
  change(note: NoteReference, change: NoteChange): Promise<Note>
  /** Throws 412 `revision_conflict` where the note has another version. */
  remove(note: NoteReference): Promise<void>
  /**
   * Deletes all notes of a subject, and returns how many. Notes that are just being made are not stored, and
   * none are made later of turns that began before.
   */
  removeAll(owner: NoteOwner): Promise<number>
}
