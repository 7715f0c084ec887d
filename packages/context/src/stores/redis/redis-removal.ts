import { RecentMap } from '@fairlead/base'
import { subjectOwner } from '../record-store.ts'
import { erasureKeptMs, type SubjectErasures } from '../subject-erasures.ts'
import { subjectBatch, type SubjectRemoval } from '../turn-queries.ts'
import type { RemoveOutcome } from '../turn-store.ts'
import { removeScript } from './conversation-scripts.ts'
import { eraseScript, erasuresScript } from './erasure-scripts.ts'
import {
  entryParts,
  graceMs,
  type IndexedConversation,
  type RedisIndexes,
  stampedMs,
  uselessEntries,
} from './redis-indexes.ts'
import { type RedisParts, timeArguments } from './redis-parts.ts'
import type { RedisRecords } from './redis-records.ts'
import { listOf, textOf, textsOf } from './redis-reply.ts'
import type { RedisResponses } from './redis-responses.ts'
import type { RedisSession } from './redis-session.ts'
import { sortedPieces } from './sorted-pieces.ts'

interface RemovalParts {
  readonly parts: RedisParts
  readonly indexes: RedisIndexes
  readonly records: RedisRecords
  readonly responses: RedisResponses
}

interface Removed {
  readonly outcome: string
  /** When it was touched, when it expires, and its stamps, of one that is kept. */
  readonly details: readonly string[]
  readonly turns: number
  readonly plans: number
  readonly responses: number
}

type Counts = Omit<SubjectRemoval, 'more'>

const nothing: Counts = { conversations: 0, turns: 0, plans: 0, responses: 0, held: 0 }
/** Of how many subjects it is known how far their erasure has come. */
const reachedMax = 1000

/** Deletes conversations with all that belongs to them, each in one step that costs the same for all. */
export class RedisRemoval {
  readonly #of: RemovalParts
  /** By list, the number of the last entry that was looked at. */
  readonly #reached = new RecentMap<string>(reachedMax)
  #isFileDue = false

  constructor(of: RemovalParts) {
    this.#of = of
  }

  remove(tenant: string, id: string): Promise<RemoveOutcome> {
    return this.#of.parts.link.within(async (session) => {
      const { outcome } = await this.removeOne(session, { tenant, id }, 'asked')
      return outcome === 'removed' || outcome === 'held' ? outcome : 'missing'
    })
  }

  async erasures(tenant: string, subject: string): Promise<SubjectErasures> {
    const { link, keys } = this.#of.parts
    return link.within(async (session) => {
      const reply = await session.run(erasuresScript, [keys.erasures(tenant, subject)], [])
      const [count, agoMs] = textsOf(reply)
      return { count: Number(count ?? 0), agoMs: agoMs === undefined ? null : Number(agoMs) }
    })
  }

  /**
   * Goes through the list of the subject's conversations, from where the last call stopped: whoever
   * deletes all looks at each entry once, and at those that are held once more.
   */
  async removeSubject(tenant: string, subject: string): Promise<SubjectRemoval> {
    const { parts, records } = this.#of
    const session = await parts.link.session()
    // Whatever enters the list from now on has begun later, or is refused.
    await session.run(eraseScript, [parts.keys.erasures(tenant, subject)], [erasureKeptMs])
    const key = parts.keys.subject(tenant, subject)
    const start = this.#reached.get(key)
    const removal = { conversations: 0, turns: 0, plans: 0, responses: 0, held: 0 }
    for (const from of start === undefined ? [undefined] : [start, undefined]) {
      removal.held = 0
      for await (const piece of sortedPieces(session, key, 'asc', from)) {
        let rest = piece
        while (rest.length > 0) {
          const room = subjectBatch - removal.conversations
          if (room === 0) return { ...removal, more: true }
          const part = rest.slice(0, room)
          const ended = part.map(({ entry }) => this.#removeEntry(session, key, tenant, entry))
          for (const one of await Promise.all(ended)) add(removal, one)
          this.#reached.set(key, part.at(-1)?.score ?? '')
          rest = rest.slice(part.length)
        }
      }
    }
    this.#reached.delete(key)
    const removed = await records.removeOwner(tenant, subjectOwner(subject))
    this.#isFileDue ||= removed > 0 || removal.conversations > 0 || removal.responses > 0
    // Names of what is deleted are in indexes until then.
    await parts.link.settled()
    parts.link.detach((one) => this.rewriteFile(one))
    return { ...removal, more: false }
  }

  /**
   * Has the append-only file written anew, without what was deleted of a subject; later, if that is
   * being done already. Not everybody may ask for it.
   */
  async rewriteFile(session: RedisSession): Promise<void> {
    if (!this.#isFileDue) return
    try {
      await session.call('BGREWRITEAOF')
      this.#isFileDue = false
    } catch (error) {
      this.#isFileDue = error instanceof Error && error.message.includes('in progress')
    }
  }

  /** Deletes the conversation of an entry of its subject, or has the change that made it not come. */
  async #removeEntry(
    session: RedisSession,
    key: string,
    tenant: string,
    entry: string,
  ): Promise<Counts> {
    const [stamp = '', id = ''] = entryParts(entry)
    const { outcome, ...counts } = await this.removeOne(session, { tenant, id }, stamp)
    if (outcome === 'removed') return { ...counts, conversations: 1, held: 0 }
    if (outcome === 'held') return { ...nothing, held: 1 }
    // Whoever died after it had deleted the conversation has left its responses.
    const left = outcome === 'missing' ? await this.#of.responses.removeOf(session, tenant, id) : 0
    if (stampedMs(stamp) < session.nowMs() - graceMs) await session.call('ZREM', key, entry)
    return { ...nothing, responses: left }
  }

  /** Deletes one for a reason that `removeScript` has. */
  async removeOne(session: RedisSession, of: IndexedConversation, why: string): Promise<Removed> {
    const { parts, responses } = this.#of
    const keys = parts.keys.conversation(of.tenant, of.id)
    const [outcome, ...reply] = listOf(
      await session.run(removeScript, keys, [...timeArguments(parts), why]),
    )
    const details = reply.map(textOf)
    const none = { turns: 0, plans: 0, responses: 0 }
    if (outcome !== 'removed') return { outcome: textOf(outcome), details, ...none }
    const removed = await responses.removeOf(session, of.tenant, of.id)
    // What points to it until now finds what is left, if this ends in between.
    this.forget(of, [...reply.slice(0, 5), ...reply.slice(7)])
    return {
      outcome,
      details,
      turns: Number(reply[5]),
      plans: Number(reply[6]),
      responses: removed,
    }
  }

  /** Deletes what is left of an expired or deleted conversation, so that another may have its id. */
  async makeWay(session: RedisSession, of: IndexedConversation): Promise<void> {
    await this.removeOne(session, of, 'expired')
    await this.#of.responses.removeOf(session, of.tenant, of.id)
  }

  /**
   * What points to a conversation that is gone: number, stamps, JSON of its plans and records, and the turn
   * that ran.
   */
  forget(of: IndexedConversation, removed: readonly unknown[]): void {
    const { parts, indexes, records } = this.#of
    const entries = uselessEntries(of, removed, removed[5])
    parts.link.detach((session) => indexes.drop(session, entries))
    const [, created] = removed
    // Records are those of a conversation that was deleted, and not of one that was changed.
    if (textOf(created) === '') return
    const running = textOf(removed[7])
    if (running !== '') parts.link.detach((session) => indexes.dropRun(session, of, running))
    const ids = entryParts(textOf(removed[6]) || '[]')
    parts.link.detach((session) => records.forget(session, of.tenant, of.id, ids))
  }
}

function add(total: { -readonly [Name in keyof Counts]: number }, one: Counts): void {
  total.conversations += one.conversations
  total.turns += one.turns
  total.plans += one.plans
  total.responses += one.responses
  total.held += one.held
}
