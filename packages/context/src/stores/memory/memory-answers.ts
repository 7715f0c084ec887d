import { type Clock, parseJson } from '@fairlead/base'
import type { Item, ModelResponse } from '@fairlead/llm'
import {
  type AnswerBounds,
  type AnswerPart,
  type AnswerStore,
  answerTtlMs,
} from '../answer-store.ts'
import type { KeptAnswer } from '../kept-answer.ts'
import { expireBatch } from '../turn-store.ts'

/** Output and answer as JSON, whose length is known. */
interface Entry {
  readonly answer: Omit<KeptAnswer, 'output' | 'whole'>
  readonly output: string
  readonly whole: string | undefined
  readonly touchedMs: number
}

/** The kept answers of a store in this process. */
export class MemoryAnswers implements AnswerStore {
  readonly #clock: Pick<Clock, 'now'>
  readonly #bounds: AnswerBounds
  /** By tenant and key; the one that was changed last comes last. */
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(clock: Pick<Clock, 'now'>, bounds: AnswerBounds) {
    this.#clock = clock
    this.#bounds = bounds
  }

  async begin({ output, whole: _whole, ...answer }: KeptAnswer): Promise<KeptAnswer | undefined> {
    const known = this.#live(answer)
    if (known !== undefined) return read(known)
    this.#put({ answer, output: JSON.stringify(output), whole: undefined })
    return undefined
  }

  async load(tenant: string, key: string): Promise<KeptAnswer | undefined> {
    const entry = this.#live({ tenant, key })
    return entry && read(entry)
  }

  async flush({ output, ...part }: AnswerPart & { readonly output: readonly Item[] }) {
    const entry = this.#made(part)
    if (entry !== undefined) this.#put({ ...entry, output: JSON.stringify(output) })
  }

  async complete({ whole, ...part }: AnswerPart & { readonly whole: ModelResponse }) {
    const entry = this.#made(part)
    if (entry === undefined) return false
    this.#put({ ...entry, output: '[]', whole: JSON.stringify(whole) })
    return true
  }

  async drop(part: AnswerPart): Promise<void> {
    const entry = this.#made(part)
    if (entry !== undefined) this.#remove(entry)
  }

  async recover(): Promise<number> {
    const made = [...this.#entries.values()].filter(({ whole }) => whole === undefined)
    for (const entry of made) this.#remove(entry)
    return made.length
  }

  async expire(): Promise<number> {
    const expired = [...this.#entries.values()]
      .filter((entry) => this.#isExpired(entry))
      .slice(0, expireBatch)
    for (const entry of expired) this.#remove(entry)
    return expired.length
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  #live(named: Pick<KeptAnswer, 'tenant' | 'key'>): Entry | undefined {
    const entry = this.#entries.get(keyOf(named))
    if (entry === undefined || !this.#isExpired(entry)) return entry
    this.#remove(entry)
    return undefined
  }

  #made(part: AnswerPart): Entry | undefined {
    const entry = this.#entries.get(keyOf(part))
    return entry?.answer.id === part.id && entry.whole === undefined ? entry : undefined
  }

  #isExpired({ touchedMs, whole }: Entry): boolean {
    return whole !== undefined && this.#clock.now() - touchedMs >= answerTtlMs
  }

  #put(entry: Omit<Entry, 'touchedMs'>): void {
    const key = keyOf(entry.answer)
    const before = this.#entries.get(key)
    if (before !== undefined) this.#remove(before)
    const put = { ...entry, touchedMs: this.#clock.now() }
    this.#entries.set(key, put)
    this.#bytes += bytesOf(put)
    this.#makeRoom()
  }

  #makeRoom(): void {
    if (this.#hasRoom()) return
    for (const entry of this.#entries.values()) {
      if (entry.whole !== undefined) this.#remove(entry)
      if (this.#hasRoom()) return
    }
  }

  #hasRoom(): boolean {
    const { answersMax, bytesMax } = this.#bounds
    return this.#entries.size <= answersMax && this.#bytes <= bytesMax
  }

  #remove(entry: Entry): void {
    if (this.#entries.delete(keyOf(entry.answer))) this.#bytes -= bytesOf(entry)
  }
}

/** JSON, so that no tenant or key with a separator in it can imitate another pair. */
function keyOf({ tenant, key }: Pick<KeptAnswer, 'tenant' | 'key'>): string {
  return JSON.stringify([tenant, key])
}

function bytesOf({ output, whole = '' }: Entry): number {
  return Buffer.byteLength(output) + Buffer.byteLength(whole)
}

/** Unchecked, because this store wrote the text from a value of the same type. */
function read({ answer, output, whole }: Entry): KeptAnswer {
  return {
    ...answer,
    output: parseJson(output) as KeptAnswer['output'],
    whole: whole === undefined ? null : (parseJson(whole) as KeptAnswer['whole']),
  }
}
