import type { Conversation } from '../../turns/conversation.ts'
import { listScanMax, type ConversationPage, type ConversationQuery } from '../turn-queries.ts'
import { allEntries, entryParts, graceMs, stampedMs } from './redis-indexes.ts'
import { indexShards } from './redis-keys.ts'
import type { RedisParts } from './redis-parts.ts'
import { textsOf } from './redis-reply.ts'
import type { RedisSession } from './redis-session.ts'
import { sortedPieces } from './sorted-pieces.ts'
import { isOver, marked, readConversation } from './stored-conversation.ts'

/** An entry of a list, and what there is of its conversation. */
interface ListedConversation {
  readonly id: string
  /** Undefined for one that nobody may see. */
  readonly conversation: Conversation | undefined
}

/** Lists of a tenant's and of a subject's conversations, in the order of their creation. */
export class RedisLists {
  readonly #parts: RedisParts

  constructor(parts: RedisParts) {
    this.#parts = parts
  }

  list(tenant: string, query: ConversationQuery): Promise<ConversationPage> {
    return this.#parts.link.within(async (session) => {
      const { limit, after, subject, metadata = {}, order } = query
      const start = after === undefined ? undefined : await this.#numberOf(session, tenant, after)
      if (after !== undefined && start === undefined) return { outcome: 'unknown-after' }
      const conversations: Conversation[] = []
      let looked = 0
      let last: string | null = null
      for await (const one of this.#entries(session, tenant, subject, order, start)) {
        if (conversations.length === limit || looked === listScanMax) {
          return { outcome: 'found', conversations, next: last }
        }
        looked++
        last = one.id
        if (one.conversation !== undefined && has(one.conversation, metadata)) {
          conversations.push(one.conversation)
        }
      }
      return { outcome: 'found', conversations, next: null }
    })
  }

  /** Each conversation has an entry by age, with its tenant; there is no index of tenants alone. */
  async tenants(): Promise<readonly string[]> {
    const { keys, link } = this.#parts
    const session = await link.session()
    const tenants = new Set<string>()
    for (let shard = 0; shard < indexShards; shard++) {
      for await (const [entry] of allEntries(session, keys.indexShard('age', shard))) {
        tenants.add(entryParts(entry)[1] ?? '')
      }
    }
    return [...tenants]
  }

  /** Entries that count, one after the other; those that never will are swept away. */
  async *#entries(
    session: RedisSession,
    tenant: string,
    subject: string | undefined,
    order: 'asc' | 'desc',
    start: number | undefined,
  ): AsyncGenerator<ListedConversation> {
    const { keys } = this.#parts
    const [ofTenant = ''] = keys.tenant(tenant)
    const key = subject === undefined ? ofTenant : keys.subject(tenant, subject)
    const from = start === undefined ? undefined : `(${start}`
    for await (const piece of sortedPieces(session, key, order, from)) {
      const entries = piece.map(({ entry }) => entry)
      yield* await this.#thatCount(session, key, tenant, subject, entries)
    }
  }

  async #thatCount(
    session: RedisSession,
    key: string,
    tenant: string,
    subject: string | undefined,
    entries: readonly string[],
  ): Promise<readonly ListedConversation[]> {
    const looked = await Promise.all(
      entries.map((entry) => this.#look(session, tenant, subject, entry)),
    )
    const untilMs = session.nowMs() - graceMs
    const useless = entries.filter((entry, index) => {
      return looked[index] === undefined && stampedMs(entryParts(entry)[0] ?? '') < untilMs
    })
    if (useless.length > 0) this.#parts.link.detach((one) => one.call('ZREM', key, ...useless))
    return looked.filter((one) => one !== undefined)
  }

  async #look(
    session: RedisSession,
    tenant: string,
    subject: string | undefined,
    entry: string,
  ): Promise<ListedConversation | undefined> {
    const { keys, clock, retention } = this.#parts
    const [stamp = '', id = ''] = entryParts(entry)
    const stampField = subject === undefined ? 'ts' : 'ss'
    const fields = [stampField, 'subject', 'run', 'held', 'exp', 'touched', 'conv', 'epoch']
    const found = textsOf(await session.call('HMGET', keys.head(tenant, id), ...fields))
    const [counts = '', of = '', run = '', held = '', expires = '', touched = ''] = found
    if (counts !== stamp || (subject !== undefined && of !== marked(subject))) return undefined
    const state = { run, held, expires, touched }
    const conversation = isOver(state, clock.now(), retention.ttlMs)
      ? undefined
      : readConversation(found[6] ?? '', found[7] ?? '')
    return { id, conversation }
  }

  /** Undefined if nobody may see the conversation. */
  async #numberOf(session: RedisSession, tenant: string, id: string): Promise<number | undefined> {
    const { keys, clock, retention } = this.#parts
    const fields = ['num', 'run', 'held', 'exp', 'touched']
    const found = textsOf(await session.call('HMGET', keys.head(tenant, id), ...fields))
    const [number = '', run = '', held = '', expires = '', touched = ''] = found
    const state = { run, held, expires, touched }
    const isThere = number !== '' && !isOver(state, clock.now(), retention.ttlMs)
    return isThere ? Number(number) : undefined
  }
}

function has({ metadata }: Conversation, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => metadata[name] === value)
}
