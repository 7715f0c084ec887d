import { listOf, textOf, textsOf } from './redis-reply.ts'
import type { RedisSession } from './redis-session.ts'

/** An index whose entries may be left behind by a crash between two steps. */
export interface RepairedIndex {
  /** The key of a sorted set or a hash, of which a crash may have left some entries behind. */
  readonly key: string
  readonly type: 'sorted set' | 'hash'
  /** Whether an entry, with its value or score, is of something that there is. */
  counts(session: RedisSession, name: string, value: string): Promise<boolean>
  drop(session: RedisSession, name: string): Promise<unknown>
  restore(session: RedisSession, name: string, value: string): Promise<unknown>
}

export function hashIndex(key: string, counts: RepairedIndex['counts']): RepairedIndex {
  return {
    key,
    type: 'hash',
    counts,
    drop: (session, name) => session.call('HDEL', key, name),
    restore: (session, name, value) => session.call('HSET', key, name, value),
  }
}

export function sortedIndex(key: string, counts: RepairedIndex['counts']): RepairedIndex {
  return {
    key,
    type: 'sorted set',
    counts,
    drop: (session, name) => session.call('ZREM', key, name),
    restore: (session, name, value) => session.call('ZADD', key, value, name),
  }
}

/** How many entries of one index are looked at each time. */
const pieceEntries = 50

/**
 * Sweeps away entries that are of nothing, a piece of each index at a time, so that all are looked at
 * in the course of time.
 */
export class RedisRepair {
  /** Where the next piece of each index begins. */
  readonly #cursors = new Map<string, string>()

  async run(session: RedisSession, indexes: readonly RepairedIndex[]): Promise<void> {
    for (const index of indexes) await this.#runPiece(session, index)
  }

  async #runPiece(session: RedisSession, index: RepairedIndex): Promise<void> {
    const { key, type } = index
    const command = type === 'hash' ? 'HSCAN' : 'ZSCAN'
    const from = this.#cursors.get(key) ?? '0'
    const [next, found] = listOf(await session.call(command, key, from, 'COUNT', pieceEntries))
    const cursor = textOf(next)
    if (cursor === '0') this.#cursors.delete(key)
    else this.#cursors.set(key, cursor)
    const list = textsOf(found)
    const entries = list.flatMap((name, at) =>
      at % 2 === 0 ? [[name, list[at + 1] ?? ''] as const] : [],
    )
    await Promise.all(entries.map(([name, value]) => repairEntry(session, index, name, value)))
  }
}

async function repairEntry(
  session: RedisSession,
  index: RepairedIndex,
  name: string,
  value: string,
): Promise<void> {
  if (await index.counts(session, name, value)) return
  await index.drop(session, name)
  // It may have come to count meanwhile.
  if (await index.counts(session, name, value)) await index.restore(session, name, value)
}
