import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '@fairlead/base'
import { LocalErasures } from '../local-erasures.ts'
import { FileLock } from './file-lock.ts'
import { SqliteSession, type SqliteSessionOptions } from './sqlite-session.ts'
import { describeTrouble, isDamaged } from './sqlite-trouble.ts'

/** How long a file that was deleted or replaced may stay unnoticed. */
const lookIntervalMs = 1000

interface SqliteFileOptions extends Omit<SqliteSessionOptions, 'erasures'> {
  /** `namespace/name` of the ConversationStore, for messages. */
  readonly owner: string
}

/**
 * The file of a SQLite store, through good and bad days: it is locked, failures become messages that
 * name the ConversationStore and say what to do, and a file that was deleted or replaced is opened
 * anew.
 */
export class SqliteFile {
  readonly #options: SqliteFileOptions
  readonly #clock: Pick<Clock, 'now'>
  readonly #erasures: LocalErasures
  #lock: FileLock
  #session: SqliteSession
  #ttlMs: number | undefined
  /** Of the file that is open. */
  #inode: number
  #lookedMs: number
  /** Why nothing can be done until the file is opened anew. */
  #failure: Error | undefined
  /** Pages of the file are damaged: what does not need them still works. */
  #damage: Error | undefined

  /** Throws when the file cannot be opened. */
  constructor(options: SqliteFileOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#erasures = new LocalErasures(options.clock)
    this.#ttlMs = options.ttlMs
    const opened = this.#open()
    this.#lock = opened.lock
    this.#session = opened.session
    this.#inode = opened.inode
    this.#lookedMs = this.#clock.now()
  }

  /** Does something with the open file. Rejects with a message for whoever looks after it. */
  async use<T>(work: (session: SqliteSession) => Promise<T>): Promise<T> {
    this.#look()
    if (this.#failure !== undefined) throw this.#failure
    try {
      return await work(this.#session)
    } catch (error) {
      const described = this.#described(error)
      if (isDamaged(error)) this.#damage = described
      throw described
    }
  }

  /** Opens the file anew where that is needed. Rejects unless changes can be stored. */
  async check(): Promise<void> {
    if (this.#failure !== undefined || this.#isReplaced()) this.#reopen()
    if (this.#damage !== undefined) throw this.#damage
    await this.use((session) => session.check())
  }

  configure(ttlMs: number | undefined): void {
    this.#ttlMs = ttlMs
    this.#session.configure(ttlMs)
  }

  close(): void {
    this.#session.close()
    this.#lock.release()
    this.#failure ??= this.#described(new Error('the store is closed'))
  }

  #look(): void {
    const nowMs = this.#clock.now()
    if (Math.abs(nowMs - this.#lookedMs) < lookIntervalMs) return
    this.#lookedMs = nowMs
    if (this.#failure !== undefined || !this.#isReplaced()) return
    const { path } = this.#options
    this.#failure = this.#described(
      new Error(`${path} was deleted or replaced: what is there now is opened in a moment`),
    )
  }

  #isReplaced(): boolean {
    return inodeOf(this.#options.path) !== this.#inode
  }

  #reopen(): void {
    this.#session.close()
    this.#lock.release()
    try {
      const { lock, session, inode } = this.#open()
      this.#lock = lock
      this.#session = session
      this.#inode = inode
      this.#failure = undefined
      this.#damage = undefined
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      throw error
    }
  }

  #open() {
    const { path, owner } = this.#options
    let lock: FileLock | undefined
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      lock = new FileLock(path, owner)
      const session = new SqliteSession({
        ...this.#options,
        ttlMs: this.#ttlMs,
        erasures: this.#erasures,
      })
      return { lock, session, inode: inodeOf(path) ?? 0 }
    } catch (error) {
      lock?.release()
      throw this.#described(error)
    }
  }

  #described(error: unknown): Error {
    const { owner, path } = this.#options
    const { message } = describeTrouble(error, path)
    return new Error(`ConversationStore ${owner}: ${message}`, { cause: error })
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
