import { readFile } from 'node:fs/promises'
import type { Clock } from '@fairlead/base'

/** client-go rereads a token file at most once a minute; projected tokens live at least ten. */
const rereadAfterMs = 60_000

/**
 * The text of a file that somebody replaces from time to time: a token, a certificate. Read again
 * after a minute, and at once after `invalidate`. If a later read fails, or finds the file empty,
 * the last text stays in use.
 */
export class RotatedFile {
  readonly #path: string
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #text: string | undefined
  #readAtMs = -Infinity

  /** `text` is what the file held when it was just read, if it was. */
  constructor(path: string, clock: Pick<Clock, 'monotonicMs'>, text?: string) {
    this.#path = path
    this.#clock = clock
    this.#text = text
    if (text !== undefined) this.#readAtMs = clock.monotonicMs()
  }

  /** Rejects if the file could never be read. */
  async current(): Promise<string> {
    const last = this.#text
    if (last !== undefined && this.#clock.monotonicMs() - this.#readAtMs < rereadAfterMs)
      return last
    this.#readAtMs = this.#clock.monotonicMs()
    try {
      const text = await readFile(this.#path, 'utf8')
      if (text.trim() === '') throw new Error(`${this.#path} is empty`)
      this.#text = text
      return text
    } catch (error) {
      if (last === undefined) throw error
      return last
    }
  }

  invalidate(): void {
    this.#readAtMs = -Infinity
  }
}
