import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import { type Note, readNote } from './note.ts'

/** The kind of record that a subject's notes are kept as: one, so that they change at once. */
export const notesKind = 'notes'

/** The id of that record. */
export const notesId = 'all'

/** What is kept of a subject's memory. */
export interface SubjectNotes {
  /** The oldest first. */
  readonly notes: readonly Note[]
  /** Who makes notes of a conversation, or could not; null for nobody. */
  readonly reading: NoteReading | null
  /** How far conversations have been read for notes, `readMax` at most, those of late last. */
  readonly read: readonly ReadConversation[]
  /**
   * When all notes were deleted last, in Unix seconds: nothing is noted of turns that began until then.
   * Null for never.
   */
  readonly cleared_at: number | null
}

/** While it lasts, nobody else makes notes of the subject. */
export interface NoteReading {
  readonly state: 'reading' | 'failed'
  /** Tells one reading from all others. */
  readonly token: string
  /** Unix milliseconds. */
  readonly until_ms: number
  /** How many have failed before it, one after the other. */
  readonly failures: number
}

interface ReadConversation {
  readonly conversation: string
  /** The `seq` of the last turn that was read. */
  readonly seq: number
}

const readMax = 64

export const noNotes: SubjectNotes = { notes: [], reading: null, read: [], cleared_at: null }

/** Reads what a record has. What no version of this program wrote is left out. */
export function readSubjectNotes(body: JsonObject): SubjectNotes {
  return {
    notes: listed(body['notes']).flatMap((value) => readNote(value) ?? []),
    reading: readReading(body['reading']),
    read: listed(body['read']).flatMap((value) => {
      const { conversation, seq } = isJsonObject(value) ? value : {}
      return typeof conversation === 'string' && typeof seq === 'number'
        ? [{ conversation, seq }]
        : []
    }),
    cleared_at: numberOrUndefined(body['cleared_at']) ?? null,
  }
}

/** When the record may be deleted, in Unix milliseconds: nothing is worth keeping then; null for never. */
export function notesExpireAtMs(
  { cleared_at, notes, read, reading }: SubjectNotes,
  nowMs: number,
): number | null {
  const isEmpty = notes.length === 0 && read.length === 0 && cleared_at === null
  if (isEmpty) return Math.max(nowMs, reading?.until_ms ?? 0)
  // What has been read or deleted is worth knowing for as long as somebody may go on with it.
  const times = notes.map(({ expires_at: at }) => (at === null ? Infinity : at * 1000))
  const last = Math.max(nowMs + readKeptMs, ...times)
  return last === Infinity ? null : last
}

const readKeptMs = 30 * 86_400_000

/** The `seq` up to which a conversation has been read; undefined where that is not known. */
export function readUpTo({ read }: SubjectNotes, conversation: string): number | undefined {
  return read.find((one) => one.conversation === conversation)?.seq
}

/** The same, after the conversation has been read up to a turn. */
export function withRead(before: SubjectNotes, conversation: string, seq: number): SubjectNotes {
  const others = before.read.filter((one) => one.conversation !== conversation)
  return { ...before, read: [...others, { conversation, seq }].slice(-readMax) }
}

/** The same with other notes, in the order in which they were made. */
export function withNotes(before: SubjectNotes, notes: readonly Note[]): SubjectNotes {
  return { ...before, notes: notes.toSorted((one, other) => (one.id < other.id ? -1 : 1)) }
}

function readReading(value: unknown): NoteReading | null {
  if (!isJsonObject(value)) return null
  const { state, token } = value
  if ((state !== 'reading' && state !== 'failed') || typeof token !== 'string') return null
  return {
    state,
    token,
    until_ms: numberOrUndefined(value['until_ms']) ?? 0,
    failures: numberOrUndefined(value['failures']) ?? 0,
  }
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
