import { indexShards, type RedisKeys } from './redis-keys.ts'
import { hashIndex, type RepairedIndex } from './redis-repair.ts'
import { listOf, textOf, textsOf } from './redis-reply.ts'
import { enterSubjectScript } from './erasure-scripts.ts'
import { redisScript } from './redis-script.ts'
import type { RedisSession } from './redis-session.ts'
import { unmarked } from './stored-conversation.ts'

/**
 * Indexes over conversations stand in other slots than these, so that no script changes both. An entry
 * is made before what it is of, and is deleted after it; whoever reads one asks the conversation
 * whether it counts. A crash between two steps leaves an entry that does not, and which is swept away.
 *
 *   list  by tenant, and by subject     stamp, id: by number
 *   age   by shard of the conversation  stamp, tenant, id: by when it was touched, or earlier
 *   due   by shard of the conversation  stamp, tenant, id: by when it expires, or earlier
 *   run   by shard of the conversation  tenant, id, turn: by when it was begun
 *   plans by shard of the plan          tenant, plan: the conversation
 */
export interface IndexedConversation {
  readonly tenant: string
  readonly id: string
}

interface NewEntries {
  readonly stamp: Stamp
  readonly number: number
  /** Of a new conversation. */
  readonly touchedMs: number | undefined
  readonly subject: string | null
  /** The last erasure of the subject that was known; undefined where that does not matter. */
  readonly erasures: number | undefined
  readonly expiresMs: number | undefined
}

/** What of a conversation's entries is of no use any more; empty texts for what there is not. */
interface UselessEntries extends IndexedConversation {
  /** The stamp with which it was created. */
  readonly created: string
  /** `+` and the subject, or `-`. */
  readonly subject: string
  readonly subjectStamp: string
  readonly dueStamp: string
  readonly plans: readonly string[]
}

/** How many entries of an index one command replies. */
const pieceEntries = 100

/** Entries younger than this may be of changes under way, in milliseconds. */
export const graceMs = 60_000

/** Adds a conversation to its tenant's. Replies its number. */
export const enterScript = redisScript(`
local number = redis.call('INCR', KEYS[2])
redis.call('ZADD', KEYS[1], number, ARGV[1])
return number
`)

/** Unique among all openings of a store; begins with the server's time. */
export type Stamp = string

export function stampedMs(stamp: Stamp): number {
  return Number.parseInt(stamp, 10)
}

function listEntry(stamp: Stamp, id: string): string {
  return JSON.stringify([stamp, id])
}

function timeEntry(stamp: Stamp, { tenant, id }: IndexedConversation): string {
  return JSON.stringify([stamp, tenant, id])
}

function runEntry({ tenant, id }: IndexedConversation, turn: string): string {
  return JSON.stringify([tenant, id, turn])
}

/** An entry's parts. */
export function entryParts(entry: string): readonly string[] {
  const parts: unknown = JSON.parse(entry)
  return Array.isArray(parts) ? parts.map(textOf) : []
}

export class RedisIndexes {
  readonly #keys: RedisKeys

  constructor(keys: RedisKeys) {
    this.#keys = keys
  }

  /** Adds a new conversation. Its number. */
  async enter(session: RedisSession, of: IndexedConversation, stamp: Stamp): Promise<number> {
    const keys = this.#keys.tenant(of.tenant)
    return Number(await session.run(enterScript, keys, [listEntry(stamp, of.id)]))
  }

  /**
   * Adds further entries of a conversation, before it is changed. False if its subject has been erased
   * since.
   */
  async add(session: RedisSession, of: IndexedConversation, entries: NewEntries): Promise<boolean> {
    const { stamp, number, touchedMs, subject, erasures, expiresMs } = entries
    const calls: Promise<unknown>[] = []
    let entered: Promise<unknown> = Promise.resolve(1)
    if (touchedMs !== undefined) {
      calls.push(session.call('ZADD', this.age(of), touchedMs, timeEntry(stamp, of)))
    }
    if (subject !== null) {
      const keys = [this.#keys.subject(of.tenant, subject), this.#keys.erasures(of.tenant, subject)]
      const entry = [number, listEntry(stamp, of.id), erasures ?? '']
      entered = session.run(enterSubjectScript, keys, entry)
    }
    if (expiresMs !== undefined) {
      calls.push(session.call('ZADD', this.due(of), expiresMs, timeEntry(stamp, of)))
    }
    const [isEntered] = await Promise.all([entered, ...calls])
    return isEntered === 1
  }

  async addRun(session: RedisSession, of: IndexedConversation, turn: string): Promise<void> {
    await session.call('ZADD', this.run(of), session.nowMs(), runEntry(of, turn))
  }

  async dropRun(session: RedisSession, of: IndexedConversation, turn: string): Promise<void> {
    await session.call('ZREM', this.run(of), runEntry(of, turn))
  }

  age(of: IndexedConversation): string {
    return this.#keys.index('age', [of.tenant, of.id])
  }

  due(of: IndexedConversation): string {
    return this.#keys.index('due', [of.tenant, of.id])
  }

  run(of: IndexedConversation): string {
    return this.#keys.index('run', [of.tenant, of.id])
  }

  async addPlan(session: RedisSession, of: IndexedConversation, plan: string): Promise<void> {
    const value = JSON.stringify([session.nowMs(), of.id])
    await session.call('HSET', ...this.#plan(of.tenant, plan), value)
  }

  /** The conversation that a plan may belong to. */
  async conversationOfPlan(
    session: RedisSession,
    tenant: string,
    plan: string,
  ): Promise<string | undefined> {
    const value = await session.call('HGET', ...this.#plan(tenant, plan))
    return typeof value === 'string' ? entryParts(value)[1] : undefined
  }

  /** Deletes entries, each by its stamp, so that none of another change is met. */
  async drop(session: RedisSession, entries: UselessEntries): Promise<void> {
    const { tenant, id, created, subject, subjectStamp, dueStamp, plans } = entries
    const subjectName = unmarked(subject)
    const [list = ''] = this.#keys.tenant(tenant)
    const calls: Promise<unknown>[] = []
    if (created !== '') {
      calls.push(
        session.call('ZREM', list, listEntry(created, id)),
        session.call('ZREM', this.age(entries), timeEntry(created, entries)),
      )
    }
    if (subjectStamp !== '' && subjectName !== null) {
      const ofSubject = this.#keys.subject(tenant, subjectName)
      calls.push(session.call('ZREM', ofSubject, listEntry(subjectStamp, id)))
    }
    if (dueStamp !== '') {
      calls.push(session.call('ZREM', this.due(entries), timeEntry(dueStamp, entries)))
    }
    for (const plan of plans) calls.push(session.call('HDEL', ...this.#plan(tenant, plan)))
    await Promise.all(calls)
  }

  /** Plans, whose conversations were changed or deleted before they were told of here. */
  repaired(): readonly RepairedIndex[] {
    return Array.from({ length: indexShards }, (_, shard) =>
      hashIndex(this.#keys.indexShard('plans', shard), async (session, name, value) => {
        const [tenant = '', plan = ''] = entryParts(name)
        const [begunMs = '', id = ''] = entryParts(value)
        if (Number(begunMs) > session.nowMs() - graceMs) return true
        return (await session.call('HEXISTS', this.#keys.plans(tenant, id), plan)) === 1
      }),
    )
  }

  #plan(tenant: string, plan: string): readonly [key: string, field: string] {
    return [this.#keys.index('plans', [tenant, plan]), JSON.stringify([tenant, plan])]
  }
}

/** What a script says of entries that are of no use: number, stamp of creation, and so on. */
export function uselessEntries(
  of: IndexedConversation,
  [, created, subject, subjectStamp, dueStamp]: readonly unknown[],
  plans: unknown,
): UselessEntries {
  return {
    tenant: of.tenant,
    id: of.id,
    created: textOf(created),
    subject: textOf(subject),
    subjectStamp: textOf(subjectStamp),
    dueStamp: textOf(dueStamp),
    plans: entryParts(textOf(plans) || '[]'),
  }
}

/** All entries and their scores; those that change meanwhile may be missing, or come twice. */
export async function* allEntries(
  session: RedisSession,
  key: string,
): AsyncGenerator<readonly [entry: string, score: number]> {
  let cursor = '0'
  do {
    const [next, found] = listOf(await session.call('ZSCAN', key, cursor, 'COUNT', pieceEntries))
    const list = textsOf(found)
    for (let at = 0; at < list.length; at += 2) yield [list[at] ?? '', Number(list[at + 1])]
    cursor = textOf(next)
  } while (cursor !== '0')
}
