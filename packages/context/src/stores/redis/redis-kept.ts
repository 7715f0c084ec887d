import { countScript, uncountScript } from './kept-scripts.ts'
import { graceMs } from './redis-indexes.ts'
import type { RedisKeys } from './redis-keys.ts'
import { listOf, textOf, textsOf } from './redis-reply.ts'
import type { RedisSession } from './redis-session.ts'

interface RedisKeptOptions {
  readonly keys: RedisKeys
  /** Tells what is kept of one kind from other kinds. */
  readonly group: string
  readonly countMax: number
  readonly bytesMax: number
}

/** What one is counted by. */
type Names = readonly string[]

const pieceEntries = 100

/**
 * The number and bytes of what is kept of one kind, in a slot of its own: each is counted before it
 * is there, and until it is gone.
 */
export class RedisKept {
  readonly #keys: readonly string[]
  readonly #bounds: readonly [number, number]

  constructor({ keys, group, countMax, bytesMax }: RedisKeptOptions) {
    this.#keys = ['made', 'whole', 'sizes', 'total'].map((name) => keys.one(group, name))
    this.#bounds = [countMax, bytesMax]
  }

  /** The sorted set of those that are made. */
  get madeKey(): string {
    return this.#keys[0] ?? ''
  }

  /** Counts one that is made, or that became whole at a time. Which are too many, the oldest first. */
  async count(
    session: RedisSession,
    names: Names,
    bytes: number,
    wholeAtMs: number | undefined,
  ): Promise<readonly Names[]> {
    const values = [JSON.stringify(names), bytes, wholeAtMs ?? '', session.nowMs()]
    const reply = await session.run(countScript, this.#keys, [...values, ...this.#bounds])
    return textsOf(reply).map(namesOf)
  }

  async uncount(session: RedisSession, all: readonly Names[]): Promise<void> {
    if (all.length === 0) return
    const values = all.map((names) => JSON.stringify(names))
    await session.run(uncountScript, this.#keys, values)
  }

  /** Of all together. */
  async bytes(session: RedisSession): Promise<number> {
    const [, , , total = ''] = this.#keys
    return Number(await session.call('GET', total))
  }

  /** Some that were whole at a time. */
  async wholeUntil(
    session: RedisSession,
    untilMs: number,
    most: number,
  ): Promise<readonly Names[]> {
    const [, whole = ''] = this.#keys
    const found = await session.call('ZRANGEBYSCORE', whole, '-inf', untilMs, 'LIMIT', 0, most)
    return textsOf(found).map(namesOf)
  }

  /** All that are made, and whether each was counted long ago. */
  async *made(session: RedisSession): AsyncGenerator<readonly [names: Names, isOld: boolean]> {
    const [made = ''] = this.#keys
    let cursor = '0'
    do {
      const [next, found] = listOf(await session.call('ZSCAN', made, cursor, 'COUNT', pieceEntries))
      const list = textsOf(found)
      for (let at = 0; at < list.length; at += 2) {
        yield [namesOf(list[at] ?? ''), Number(list[at + 1]) < session.nowMs() - graceMs]
      }
      cursor = textOf(next)
    } while (cursor !== '0')
  }
}

function namesOf(text: string): Names {
  const names: unknown = JSON.parse(text)
  return Array.isArray(names) ? names.map(String) : []
}
