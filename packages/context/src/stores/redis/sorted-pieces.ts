import { textsOf } from './redis-reply.ts'
import type { RedisSession } from './redis-session.ts'

interface ScoredEntry {
  readonly entry: string
  readonly score: string
}

/** How many entries one command replies. */
const pieceEntries = 100

/**
 * The entries of a sorted set by their scores, in pieces, from a score on; those that are added or
 * deleted meanwhile may be missing. No more entries of one score may there be than a piece has.
 */
export async function* sortedPieces(
  session: RedisSession,
  key: string,
  order: 'asc' | 'desc',
  start: string | undefined,
): AsyncGenerator<readonly ScoredEntry[]> {
  const [command, beginning, end] =
    order === 'asc'
      ? (['ZRANGEBYSCORE', '-inf', '+inf'] as const)
      : (['ZREVRANGEBYSCORE', '+inf', '-inf'] as const)
  let from = start ?? beginning
  let before = new Set<string>()
  for (;;) {
    const limits = ['WITHSCORES', 'LIMIT', 0, pieceEntries] as const
    const found = textsOf(await session.call(command, key, from, end, ...limits))
    const entries = found.flatMap((entry, at) =>
      at % 2 === 0 ? [{ entry, score: found[at + 1] ?? '' }] : [],
    )
    // Entries of one score may be in two pieces: the next begins with the last one's.
    const added = entries.filter(({ entry }) => !before.has(entry))
    if (added.length > 0) yield added
    if (entries.length < pieceEntries || added.length === 0) return
    before = new Set(entries.map(({ entry }) => entry))
    from = found.at(-1) ?? end
  }
}
