import { subjectOwner } from '../record-store.ts'
import { subjectBatch, type SubjectRemoval } from '../turn-queries.ts'
import type { RemoveOutcome } from '../turn-store.ts'
import { removeScript } from './conversation-scripts.ts'
import {
  entryParts,
  type IndexedConversation,
  type RedisIndexes,
  uselessEntries,
} from './redis-indexes.ts'
import type { RedisLists } from './redis-lists.ts'
import { type RedisParts, timeArguments } from './redis-parts.ts'
import type { RedisRecords } from './redis-records.ts'
import { listOf, textOf } from './redis-reply.ts'
import type { RedisResponses } from './redis-responses.ts'
import type { RedisSession } from './redis-session.ts'

interface RemovalParts {
  readonly parts: RedisParts
  readonly indexes: RedisIndexes
  readonly lists: RedisLists
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

/** Deletes conversations with all that belongs to them, each in one step that costs the same for all. */
export class RedisRemoval {
  readonly #of: RemovalParts
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

  async removeSubject(tenant: string, subject: string): Promise<SubjectRemoval> {
    const { parts, lists, records } = this.#of
    const session = await parts.link.session()
    const chosen: { readonly id: string; readonly stamp: string }[] = []
    let held = 0
    let more = false
    for await (const one of lists.entries(session, tenant, subject, 'asc', undefined)) {
      if (one.held) held += 1
      else if (chosen.length < subjectBatch) chosen.push(one)
      else more = true
    }
    const removal = { conversations: 0, turns: 0, plans: 0, responses: 0 }
    for (const { id, stamp } of chosen) {
      const removed = await this.removeOne(session, { tenant, id }, stamp)
      if (removed.outcome !== 'removed') continue
      removal.conversations += 1
      removal.turns += removed.turns
      removal.plans += removed.plans
      removal.responses += removed.responses
    }
    if (!more) {
      const removed = await records.removeOwner(tenant, subjectOwner(subject))
      this.#isFileDue ||= removed > 0 || removal.conversations > 0 || removal.responses > 0
      parts.link.detach((one) => this.rewriteFile(one))
    }
    return { ...removal, held, more }
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
    this.forget(of, [...reply.slice(0, 5), reply[7], reply[8]])
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

  /** What points to a conversation that is gone: number, stamps, and JSON of its plans and records. */
  forget(of: IndexedConversation, removed: readonly unknown[]): void {
    const { parts, indexes, records } = this.#of
    const entries = uselessEntries(of, removed, removed[5])
    parts.link.detach((session) => indexes.drop(session, entries))
    const [, created] = removed
    // Records are those of a conversation that was deleted, and not of one that was changed.
    if (textOf(created) === '') return
    const ids = entryParts(textOf(removed[6]) || '[]')
    parts.link.detach((session) => records.forget(session, of.tenant, of.id, ids))
  }
}
