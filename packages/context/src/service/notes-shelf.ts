import { type Clock, openScope, RecentMap, untilAborted } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import { IndexedNotes } from '../notes/indexed-notes.ts'
import { notesAt } from '../notes/note.ts'
import {
  noNotes,
  notesExpireAtMs,
  notesId,
  notesKind,
  readSubjectNotes,
  type SubjectNotes,
} from '../notes/subject-notes.ts'
import {
  type KeptRecord,
  type RecordKey,
  type RecordStore,
  subjectOwner,
} from '../stores/record-store.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import { subjectErased } from './conversation-errors.ts'
import { erasuresBefore } from './erasures-before.ts'

/** How often a change is attempted when others come first. */
const attempts = 20
/** How long a change waits for those of this process that came before it; then whoever is first is. */
const waitMs = 2000
/** The notes of as many subjects are held, so that what is made of them need not be made again. */
const heldMax = 64
/** As many subjects are looked at for notes that have expired in one go. */
const sweepPage = 10

type NotesClock = Pick<Clock, 'monotonicMs' | 'now' | 'setTimer'>

/** Whose notes are meant. */
export interface NoteOwner {
  readonly tenant: string
  readonly subject: string
  /** When the call came that changes them, in monotonic milliseconds; now when left out. */
  readonly receivedMs?: number | undefined
}

type NotesStore = Pick<TurnStore, 'erasures'> & { readonly records: RecordStore }

/** What becomes of a subject's notes, and what else comes of a change; no `after` changes nothing. */
interface NotesEdit<T> {
  readonly after?: SubjectNotes
  readonly result: T
}

/**
 * Keeps what is remembered of subjects: one record of each, so that every change of it is made at once or
 * not at all, however many processes use the store.
 */
export class NotesShelf {
  readonly #store: NotesStore
  readonly #records: RecordStore
  readonly #clock: NotesClock
  /** The last change of each subject that is being changed. */
  readonly #changing = new Map<string, Promise<unknown>>()
  /** Those that were read last. */
  readonly #held = new RecentMap<IndexedNotes>(heldMax)
  #swept: RecordKey | undefined

  /** The store with a deadline on every operation. */
  constructor(store: NotesStore, clock: NotesClock) {
    this.#store = store
    this.#records = store.records
    this.#clock = clock
  }

  /** The notes that hold now; the same object as long as they are the same. */
  async read(owner: NoteOwner): Promise<IndexedNotes> {
    const key = nameOf(owner)
    const record = await this.#records.load(keyOf(owner))
    const kept = record === undefined ? [] : readSubjectNotes(record.body).notes
    const notes = notesAt(kept, this.#now())
    const held = this.#held.get(key)
    if (held?.equals(notes) === true) return held
    const read = new IndexedNotes(notes)
    if (notes.length === 0) this.#held.delete(key)
    else this.#held.set(key, read)
    return read
  }

  /**
   * The count of the subject's erasures, for a change of what is read from now on. Throws a ModelError 410
   * `subject_erased` for a change that was on its way already when the subject was erased.
   */
  erasures(owner: NoteOwner): Promise<number> {
    return erasuresBefore(this.#store, owner, this.#clock)
  }

  /**
   * Stores what `edit` makes of a subject's memory; asks it again where something else was stored
   * meanwhile. Notes that have expired are gone with every change. Throws a ModelError 503 where others
   * always come first, and a 410 `subject_erased`, without a change, where the subject has been erased
   * since `erasures` was its count, or else since the call came.
   */
  async change<T>(
    owner: NoteOwner,
    edit: (before: SubjectNotes, nowSeconds: number) => NotesEdit<T>,
    erasures?: number,
  ): Promise<T> {
    const key = nameOf(owner)
    this.#held.delete(key)
    const before = this.#changing.get(key)
    const changed = this.#begun(owner, edit, before, erasures)
    this.#changing.set(key, changed)
    try {
      return await changed
    } finally {
      if (this.#changing.get(key) === changed) this.#changing.delete(key)
    }
  }

  /** Deletes notes that have expired, of some subjects at a time. Returns how many. */
  async expire(): Promise<number> {
    const after = this.#swept
    const page = await this.#records.scan({
      kind: notesKind,
      limit: sweepPage,
      ...(after === undefined ? {} : { after }),
    })
    this.#swept = page.at(-1)
    let deleted = 0
    for (const record of page) {
      if (this.#expiredIn(record) === 0) continue
      const owner = { tenant: record.tenant, subject: record.owner.slice(subjectOwner('').length) }
      const known = await this.erasures(owner)
      const now = await this.#records.load(keyOf(owner))
      const expired = this.#expiredIn(now)
      if (now === undefined || expired === 0) continue
      if (await this.#put(owner, this.#current(now), now.version, known)) deleted += expired
    }
    return deleted
  }

  #expiredIn(record: KeptRecord | undefined): number {
    if (record === undefined) return 0
    return readSubjectNotes(record.body).notes.length - this.#current(record).notes.length
  }

  async #begun<T>(
    owner: NoteOwner,
    edit: (before: SubjectNotes, nowSeconds: number) => NotesEdit<T>,
    before: Promise<unknown> | undefined,
    erasures: number | undefined,
  ): Promise<T> {
    const known = erasures ?? (await this.erasures(owner))
    await this.#after(before)
    return this.#change(owner, edit, known)
  }

  /** Changes of one process do not make each other begin again. */
  async #after(before: Promise<unknown> | undefined): Promise<void> {
    if (before === undefined) return
    using scope = openScope({ clock: this.#clock, timeoutMs: waitMs, what: 'other changes' })
    await untilAborted(before, scope.signal).catch(() => {})
  }

  async #change<T>(
    owner: NoteOwner,
    edit: (before: SubjectNotes, nowSeconds: number) => NotesEdit<T>,
    known: number,
  ): Promise<T> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const record = await this.#records.load(keyOf(owner))
      const { after, result } = edit(this.#current(record), this.#now())
      if (after === undefined || (await this.#put(owner, after, record?.version ?? null, known))) {
        return result
      }
      const { agoMs, count } = await this.#store.erasures(owner.tenant, owner.subject)
      if (agoMs !== null && count !== known) throw subjectErased()
    }
    throw changedByOthers()
  }

  #current(record: KeptRecord | undefined): SubjectNotes {
    if (record === undefined) return noNotes
    const kept = readSubjectNotes(record.body)
    return { ...kept, notes: notesAt(kept.notes, this.#now()) }
  }

  #put(
    owner: NoteOwner,
    after: SubjectNotes,
    expectedVersion: number | null,
    erasures: number,
  ): Promise<boolean> {
    const expiresAtMs = notesExpireAtMs(after, this.#clock.now())
    const body = { ...after } as unknown as KeptRecord['body']
    return this.#records.put({ ...keyOf(owner), body, expiresAtMs }, expectedVersion, erasures)
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}

function nameOf({ subject, tenant }: NoteOwner): string {
  return JSON.stringify([tenant, subject])
}

function keyOf({ subject, tenant }: NoteOwner): RecordKey {
  return { tenant, kind: notesKind, owner: subjectOwner(subject), id: notesId }
}

function changedByOthers(): ModelError {
  return new ModelError(
    'unavailable',
    'The notes of this subject are being changed by others all the time. Send the call again in 1 s.',
    { code: 'store_unavailable', retryAfterSeconds: 1 },
  )
}
