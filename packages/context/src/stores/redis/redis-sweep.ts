import { expireBatch } from '../turn-store.ts'
import { finishScript } from './conversation-scripts.ts'
import {
  allEntries,
  entryParts,
  graceMs,
  type IndexedConversation,
  type RedisIndexes,
  stampedMs,
} from './redis-indexes.ts'
import { indexShards } from './redis-keys.ts'
import type { RedisLog } from './redis-log.ts'
import type { RedisMembers } from './redis-members.ts'
import type { RedisParts } from './redis-parts.ts'
import type { RedisRecords } from './redis-records.ts'
import type { RedisRemoval } from './redis-removal.ts'
import { RedisRepair } from './redis-repair.ts'
import { textsOf } from './redis-reply.ts'
import type { RedisResponses } from './redis-responses.ts'
import type { RedisSession } from './redis-session.ts'
import { storedTurn } from './stored-turn.ts'

interface SweepParts {
  readonly parts: RedisParts
  readonly indexes: RedisIndexes
  readonly records: RedisRecords
  readonly responses: RedisResponses
  readonly log: RedisLog
  readonly members: RedisMembers
  readonly removal: RedisRemoval
}

/** How many entries of an index one command replies. */
const pieceEntries = 100
/** One that a legal hold keeps beyond its time is looked at again so much later. */
const heldMs = 3_600_000
/** And one whose turn runs longer. */
const runningMs = 60_000

/** What is done from time to time: what has expired is deleted, what the dead ran is ended. */
export class RedisSweep {
  readonly #of: SweepParts
  readonly #repair = new RedisRepair()

  constructor(of: SweepParts) {
    this.#of = of
  }

  /** Deletes expired conversations, and entries that a crash left behind. Returns how many of the first. */
  async expire(): Promise<number> {
    const { indexes, records, removal, responses } = this.#of
    const { link, clock, retention } = this.#of.parts
    const session = await link.session()
    const nowMs = clock.now()
    let deleted = 0
    for (let shard = 0; shard < indexShards; shard++) {
      deleted += await this.#expireIn(session, 'due', shard, nowMs, expireBatch - deleted)
      if (retention.ttlMs === undefined) continue
      const untilMs = nowMs - retention.ttlMs
      deleted += await this.#expireIn(session, 'age', shard, untilMs, expireBatch - deleted)
    }
    const repaired = [...indexes.repaired(), ...responses.repaired()]
    await this.#repair.run(session, [...repaired, ...(await records.repaired(session))])
    await removal.rewriteFile(session)
    return deleted
  }

  /** Ends the turns that no living member runs as `incomplete`. Returns how many. */
  async recover(completedAt: number): Promise<number> {
    const { parts, members } = this.#of
    const session = await parts.link.session()
    let alive = await members.alive(session)
    const isAlive = async (member: string) => {
      // One that has joined since then may run what is newer than its list.
      if (!alive.has(member)) alive = await members.alive(session)
      return alive.has(member)
    }
    let ended = 0
    for (let shard = 0; shard < indexShards; shard++) {
      const key = parts.keys.indexShard('run', shard)
      for await (const [entry, begunMs] of allEntries(session, key)) {
        const outcome = await this.#endTurn(session, entry, isAlive, completedAt)
        if (outcome === 'ended') ended += 1
        const isOld = begunMs < session.nowMs() - graceMs
        if (outcome === 'ended' || (outcome === 'none' && isOld)) {
          await session.call('ZREM', key, entry)
        }
      }
    }
    return ended
  }

  async #expireIn(
    session: RedisSession,
    index: 'age' | 'due',
    shard: number,
    untilMs: number,
    most: number,
  ): Promise<number> {
    const key = this.#of.parts.keys.indexShard(index, shard)
    let deleted = 0
    for (;;) {
      const entries = await entriesUntil(session, key, untilMs)
      for (const entry of entries) {
        if (deleted >= most) return deleted
        if (await this.#expireOne(session, key, index, entry)) deleted += 1
      }
      // What is left of a piece that was looked at is of changes under way.
      if (entries.length < pieceEntries) return deleted
    }
  }

  /** Deletes the conversation of an entry if it has expired; else puts the entry where it belongs. */
  async #expireOne(
    session: RedisSession,
    key: string,
    index: 'age' | 'due',
    entry: string,
  ): Promise<boolean> {
    const { removal, parts } = this.#of
    const [stamp = '', tenant = '', id = ''] = entryParts(entry)
    const { outcome, details } = await removal.removeOne(session, { tenant, id }, 'expired')
    const [touchedMs = '', expiresMs = '', created = '', due = ''] = details
    const counts = stamp === (index === 'age' ? created : due)
    if (outcome === 'removed') return true
    if (outcome === 'missing' || !counts) {
      const isOld = stampedMs(stamp) < session.nowMs() - graceMs
      if (isOld) await session.call('ZREM', key, entry)
      return false
    }
    const nowMs = parts.clock.now()
    const { ttlMs = Number.POSITIVE_INFINITY } = parts.retention
    const againMs = nowMs + (outcome === 'held' ? heldMs : runningMs)
    const score =
      index === 'age'
        ? nextLook(Number(touchedMs), Number(touchedMs) + ttlMs > nowMs, nowMs)
        : nextLook(Number(expiresMs), Number(expiresMs) > nowMs, againMs)
    await session.call('ZADD', key, 'XX', score, entry)
    return false
  }

  async #endTurn(
    session: RedisSession,
    entry: string,
    isAlive: (member: string) => Promise<boolean>,
    completedAt: number,
  ): Promise<'ended' | 'runs' | 'none'> {
    const { parts, log } = this.#of
    const [tenant = '', id = '', turnId = ''] = entryParts(entry)
    const of: IndexedConversation = { tenant, id }
    const member = String(await session.call('HGET', parts.keys.head(tenant, id), 'member'))
    if (await isAlive(member)) return 'runs'
    const turn = await log.turn(tenant, id, turnId)
    if (turn?.status !== 'in_progress') return 'none'
    const ended = { ...turn, status: 'incomplete', completed_at: completedAt } as const
    const { body, items } = storedTurn(ended)
    const values = ['', turnId, member, body, '', '', items, '', '', '']
    const keys = parts.keys.conversation(of.tenant, of.id)
    return (await session.run(finishScript, keys, values)) === 'stored' ? 'ended' : 'none'
  }
}

function nextLook(itsOwnMs: number, isAhead: boolean, otherwiseMs: number): number {
  return isAhead ? itsOwnMs : otherwiseMs
}

/** The entries with the lowest scores up to one. */
async function entriesUntil(
  session: RedisSession,
  key: string,
  until: number,
): Promise<readonly string[]> {
  return textsOf(await session.call('ZRANGEBYSCORE', key, '-inf', until, 'LIMIT', 0, pieceEntries))
}
