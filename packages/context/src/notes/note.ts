import { isJsonObject } from '@fairlead/base'

/** Something that is remembered of a subject beyond one conversation. */
export interface Note {
  /** `note_` + ULID. */
  readonly id: string
  readonly text: string
  /** Counts the changes, from 1. */
  readonly version: number
  /** Who gave it its text. */
  readonly source: NoteSource
  /** Unix seconds. */
  readonly created_at: number
  /** Unix seconds. */
  readonly updated_at: number
  /** Unix seconds; null keeps it until it is deleted. */
  readonly expires_at: number | null
}

/** A caller of the API, or a model that was shown a conversation up to a turn. */
export type NoteSource =
  | { readonly type: 'api' }
  | { readonly type: 'conversation'; readonly conversation: string; readonly turn: string }

/** The most characters of a note's text. */
const noteCharactersMax = 2000

/** The most notes of a subject. */
export const notesMax = 1000

/** The most bytes of a subject's notes, as JSON. */
export const notesBytesMax = 256 * 1024

/** Why a text cannot be a note's, in words; undefined if it can. */
export function noteTextProblem(text: string): string | undefined {
  if (text.trim() === '') return 'it is empty.'
  if (text.length > noteCharactersMax) {
    return `it has ${text.length} characters; the limit is ${noteCharactersMax}.`
  }
  if (/[\p{Cs}\0]/u.test(text)) return 'it has characters that are no text.'
  return undefined
}

/** The notes that have not expired. */
export function notesAt(notes: readonly Note[], nowSeconds: number): readonly Note[] {
  return notes.filter(({ expires_at: at }) => at === null || at > nowSeconds)
}

/** Whether notes are within the bounds of a subject. */
export function fitTogether(notes: readonly Note[]): boolean {
  return notes.length <= notesMax && Buffer.byteLength(JSON.stringify(notes)) <= notesBytesMax
}

/** A note as it was stored; undefined for what no version of this program wrote. */
export function readNote(value: unknown): Note | undefined {
  if (!isJsonObject(value)) return undefined
  const { created_at, expires_at, id, source, text, updated_at, version } = value
  const isWhole =
    typeof id === 'string' &&
    typeof text === 'string' &&
    [created_at, updated_at, version].every((number) => typeof number === 'number') &&
    (expires_at === null || typeof expires_at === 'number') &&
    isJsonObject(source) &&
    (source['type'] === 'api' ||
      (source['type'] === 'conversation' &&
        typeof source['conversation'] === 'string' &&
        typeof source['turn'] === 'string'))
  return isWhole ? (value as unknown as Note) : undefined
}
