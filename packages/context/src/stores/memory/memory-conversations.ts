import type { ContextPlan } from '../../plan/context-plan.ts'
import { headOf } from '../../turns/branch-name.ts'
import { instructingBefore } from '../../turns/current-instructions.ts'
import type { Conversation } from '../../turns/conversation.ts'
import { withEpoch } from '../../turns/with-epoch.ts'
import {
  listScanMax,
  subjectBatch,
  type BasisQuery,
  type ConversationBasis,
  type ConversationPage,
  type ConversationQuery,
  type SubjectRemoval,
} from '../turn-queries.ts'
import { subjectOwner } from '../record-store.ts'
import {
  expireBatch,
  type AppendOutcome,
  type ConversationChange,
  type FinishOutcome,
  type PartialOutput,
  type RemoveOutcome,
  type TurnEndChange,
} from '../turn-store.ts'
import type { LocalErasures } from '../local-erasures.ts'
import type { MemoryEntries } from './memory-entries.ts'
import type { MemoryRecords } from './memory-records.ts'
import type { MemoryResponses } from './memory-responses.ts'

/** What a store in this process does with its conversations, as `TurnStore` describes it. */
export class MemoryConversations {
  readonly #entries: MemoryEntries
  readonly #responses: MemoryResponses
  readonly #records: MemoryRecords
  readonly #erasures: LocalErasures

  constructor(parts: {
    readonly entries: MemoryEntries
    readonly responses: MemoryResponses
    readonly records: MemoryRecords
    readonly erasures: LocalErasures
  }) {
    this.#entries = parts.entries
    this.#responses = parts.responses
    this.#records = parts.records
    this.#erasures = parts.erasures
  }

  basis(tenant: string, id: string, query: BasisQuery): ConversationBasis | undefined {
    const entry = this.#entries.live(tenant, id)
    if (entry === undefined) return undefined
    const { conversation, log } = entry
    const { pinned, branch: selected } = conversation.ccp
    const { pathMax, key, digest, branch = selected } = query
    const head = headOf(conversation, branch) ?? null
    const path = head === null ? [] : log.path(head, pathMax)
    const instructing = instructingBefore(path)
    return {
      conversation,
      running: log.running,
      path,
      instructing: instructing === undefined ? undefined : log.turn(instructing),
      pinned: head === null ? [] : log.earlierOnPath(pinned, head, pathMax),
      keyed: key === undefined ? undefined : log.keyed(key),
      repeated: digest === undefined ? undefined : log.repeated(digest),
    }
  }

  append(change: ConversationChange): AppendOutcome {
    const { conversation, keepsEpoch, turns, rewritten = [], plan, expectedRevision } = change
    const { tenant, subject } = conversation.ccp
    if (this.#erasures.isErasedSince(tenant, subject, change.erasures)) return 'erased'
    const before = this.#entries.live(tenant, conversation.id)
    if (before === undefined && expectedRevision !== null) return 'missing'
    if ((before?.conversation.ccp.revision ?? null) !== expectedRevision) return 'conflict'
    if (turns.length > 0 && before?.log.running !== undefined) return 'locked'
    const entry = before ?? this.#entries.created(conversation)
    for (const turn of turns) entry.log.add(turn)
    for (const turn of rewritten) entry.log.replace(turn)
    if (plan !== undefined) this.#entries.addPlan(entry, plan)
    const kept = keepsEpoch === true ? before?.conversation.ccp.epoch : undefined
    this.#entries.touch(entry, kept === undefined ? conversation : withEpoch(conversation, kept))
    return 'stored'
  }

  flush(outputs: readonly PartialOutput[]): void {
    for (const { tenant, conversation, turn, output } of outputs) {
      const entry = this.#entries.find(tenant, conversation)
      const running = entry?.log.running
      if (entry === undefined || running?.id !== turn) continue
      entry.log.replace({ ...running, output })
      this.#entries.count(entry)
    }
  }

  finish(tenant: string, { turn, epoch, plan }: TurnEndChange): FinishOutcome {
    const entry = this.#entries.find(tenant, turn.conversation)
    const stored = entry?.log.turn(turn.id)
    if (entry === undefined || stored === undefined) return 'missing'
    if (stored.status !== 'in_progress') return 'ended'
    entry.log.replace(turn)
    if (plan !== undefined) this.#entries.replacePlan(entry, plan)
    const { conversation } = entry
    const isItsOwn = epoch !== undefined && conversation.ccp.head === turn.id
    this.#entries.touch(entry, isItsOwn ? withEpoch(conversation, epoch) : conversation)
    return 'stored'
  }

  replacePlan(tenant: string, plan: ContextPlan): boolean {
    const entry = this.#entries.ofPlan(tenant, plan.id)
    if (entry !== undefined) this.#entries.replacePlan(entry, plan)
    return entry !== undefined
  }

  remove(tenant: string, id: string): RemoveOutcome {
    const entry = this.#entries.live(tenant, id)
    if (entry === undefined) return 'missing'
    if (entry.conversation.ccp.retention.legal_hold) return 'held'
    this.#entries.delete(entry)
    return 'removed'
  }

  plan(tenant: string, planId: string): ContextPlan | undefined {
    const entry = this.#entries.ofPlan(tenant, planId)
    if (entry === undefined || this.#entries.isExpired(entry)) return undefined
    return entry.plans.find(({ plan }) => plan.id === planId)?.plan
  }

  list(tenant: string, query: ConversationQuery): ConversationPage {
    const { limit, order, after } = query
    const sign = order === 'asc' ? 1 : -1
    const start = after === undefined ? undefined : this.#entries.live(tenant, after)
    if (after !== undefined && start === undefined) return { outcome: 'unknown-after' }
    const candidates = this.#entries
      .all()
      .filter(({ conversation, number }) => {
        if (conversation.ccp.tenant !== tenant) return false
        return start === undefined || sign * (number - start.number) > 0
      })
      .toSorted((one, other) => sign * (one.number - other.number))
    const conversations: Conversation[] = []
    let looked = 0
    for (const entry of candidates.slice(0, listScanMax)) {
      if (conversations.length === limit) break
      looked++
      if (matches(entry.conversation, query) && !this.#entries.isExpired(entry)) {
        conversations.push(entry.conversation)
      }
    }
    const last = candidates[looked - 1]?.conversation.id
    const isEnd = last === undefined || looked === candidates.length
    return { outcome: 'found', conversations, next: isEnd ? null : last }
  }

  tenants(): readonly string[] {
    return [...new Set(this.#entries.all().map(({ conversation }) => conversation.ccp.tenant))]
  }

  removeSubject(tenant: string, subject: string): SubjectRemoval {
    this.#erasures.note(tenant, subject)
    const all = this.#entries.all().filter(({ conversation: { ccp } }) => {
      return ccp.tenant === tenant && ccp.subject === subject
    })
    const free = all.filter(({ conversation }) => !conversation.ccp.retention.legal_hold)
    const chosen = free.slice(0, subjectBatch)
    let responses = 0
    for (const entry of chosen) {
      responses += this.#responses.removeOf(tenant, entry.conversation.id)
      this.#entries.delete(entry)
    }
    const more = free.length > chosen.length
    if (!more) this.#records.removeOf(tenant, subjectOwner(subject))
    return {
      conversations: chosen.length,
      turns: chosen.reduce((total, { log }) => total + log.count, 0),
      plans: chosen.reduce((total, { plans }) => total + plans.length, 0),
      responses,
      held: all.length - free.length,
      more,
    }
  }

  recover(completedAt: number): number {
    let recovered = 0
    for (const { log } of this.#entries.all()) {
      const { running } = log
      if (running === undefined) continue
      log.replace({ ...running, status: 'incomplete', completed_at: completedAt })
      recovered++
    }
    return recovered
  }

  expire(): number {
    const expired = this.#entries.all().filter((entry) => this.#entries.isExpired(entry))
    const chosen = expired.slice(0, expireBatch)
    for (const entry of chosen) this.#entries.delete(entry)
    return chosen.length
  }
}

function matches({ metadata, ccp }: Conversation, query: ConversationQuery): boolean {
  if (query.subject !== undefined && query.subject !== ccp.subject) return false
  return Object.entries(query.metadata ?? {}).every(([name, value]) => metadata[name] === value)
}
