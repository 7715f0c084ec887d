import type { Clock } from '@fairlead/base'
import type { ContextPlan } from '../../plan/context-plan.ts'
import type { Conversation } from '../../turns/conversation.ts'
import { plansPerConversation } from '../turn-store.ts'
import { MemoryLog } from './memory-log.ts'

interface KeptPlan {
  readonly plan: ContextPlan
  readonly bytes: number
}

/** What is kept of one conversation. */
interface MemoryEntry {
  /** Increases with every new conversation. */
  readonly number: number
  readonly log: MemoryLog
  conversation: Conversation
  conversationBytes: number
  /** Oldest first. */
  plans: readonly KeptPlan[]
  touchedMs: number
  /** As it was counted last. */
  bytes: number
}

interface MemoryEntriesOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly ttlMs: number
  readonly conversationsMax: number
  /** Of the JSON of turns, plans and conversations. */
  readonly bytesMax: number
  /** Told of each conversation that is deleted. */
  readonly deleted: (tenant: string, id: string) => void
}

/**
 * The conversations of a store in this process, bounded in number and bytes: beyond a bound the least
 * recently used are dropped. One whose turn is running, or that a legal hold keeps, is not.
 */
export class MemoryEntries {
  readonly #clock: Pick<Clock, 'now'>
  readonly #conversationsMax: number
  readonly #bytesMax: number
  readonly #deleted: MemoryEntriesOptions['deleted']
  #ttlMs: number
  /** By tenant and id; the least recently used comes first. */
  readonly #entries = new Map<string, MemoryEntry>()
  /** Keys of entries by tenant and plan. */
  readonly #plans = new Map<string, string>()
  #bytes = 0
  #lastNumber = 0

  constructor({ clock, ttlMs, conversationsMax, bytesMax, deleted }: MemoryEntriesOptions) {
    this.#clock = clock
    this.#ttlMs = ttlMs
    this.#conversationsMax = conversationsMax
    this.#bytesMax = bytesMax
    this.#deleted = deleted
  }

  all(): readonly MemoryEntry[] {
    return [...this.#entries.values()]
  }

  /** A conversation, whether it has expired or not. */
  find(tenant: string, id: string): MemoryEntry | undefined {
    return this.#entries.get(keyOf(tenant, id))
  }

  /** A conversation; one that has expired is deleted and not found. */
  live(tenant: string, id: string): MemoryEntry | undefined {
    const entry = this.find(tenant, id)
    if (entry === undefined || !this.isExpired(entry)) return entry
    this.delete(entry)
    return undefined
  }

  /** An entry that `touch` adds. */
  created(conversation: Conversation): MemoryEntry {
    return {
      number: ++this.#lastNumber,
      log: new MemoryLog(),
      conversation,
      conversationBytes: 0,
      plans: [],
      touchedMs: 0,
      bytes: 0,
    }
  }

  isExpired({ conversation, log, touchedMs }: MemoryEntry): boolean {
    const { expires_at, legal_hold } = conversation.ccp.retention
    if (legal_hold || log.running !== undefined) return false
    const untilMs = expires_at === null ? touchedMs + this.#ttlMs : expires_at * 1000
    return this.#clock.now() >= untilMs
  }

  addPlan(entry: MemoryEntry, plan: ContextPlan): void {
    const { tenant } = entry.conversation.ccp
    const plans = [...entry.plans, { plan, bytes: bytesOf(plan) }]
    for (const { plan: old } of plans.slice(0, -plansPerConversation)) {
      this.#plans.delete(keyOf(tenant, old.id))
    }
    entry.plans = plans.slice(-plansPerConversation)
    this.#plans.set(keyOf(tenant, plan.id), keyOf(tenant, entry.conversation.id))
  }

  replacePlan(entry: MemoryEntry, plan: ContextPlan): void {
    const kept = { plan, bytes: bytesOf(plan) }
    entry.plans = entry.plans.map((one) => (one.plan.id === plan.id ? kept : one))
    this.count(entry)
  }

  ofPlan(tenant: string, planId: string): MemoryEntry | undefined {
    return this.#entries.get(this.#plans.get(keyOf(tenant, planId)) ?? '')
  }

  /** Puts the conversation last among those that are dropped, and drops those that are too many. */
  touch(entry: MemoryEntry, conversation: Conversation): void {
    const key = keyOf(conversation.ccp.tenant, conversation.id)
    entry.conversation = conversation
    entry.conversationBytes = bytesOf(conversation)
    entry.touchedMs = this.#clock.now()
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.count(entry)
    this.#makeRoom()
  }

  /** Counts the bytes of an entry that was changed. */
  count(entry: MemoryEntry): void {
    const { log, plans, conversationBytes } = entry
    const planBytes = plans.reduce((total, { bytes }) => total + bytes, 0)
    const bytes = log.bytes + planBytes + conversationBytes
    this.#bytes += bytes - entry.bytes
    entry.bytes = bytes
  }

  delete(entry: MemoryEntry): void {
    const { id, ccp } = entry.conversation
    if (!this.#entries.delete(keyOf(ccp.tenant, id))) return
    this.#bytes -= entry.bytes
    for (const { plan } of entry.plans) this.#plans.delete(keyOf(ccp.tenant, plan.id))
    this.#deleted(ccp.tenant, id)
  }

  configure(ttlMs: number): void {
    this.#ttlMs = ttlMs
  }

  clear(): void {
    this.#entries.clear()
    this.#plans.clear()
    this.#bytes = 0
  }

  #makeRoom(): void {
    const isOver = () => this.#entries.size > this.#conversationsMax || this.#bytes > this.#bytesMax
    if (!isOver()) return
    for (const entry of this.#entries.values()) {
      const { log, conversation } = entry
      if (log.running === undefined && !conversation.ccp.retention.legal_hold) this.delete(entry)
      if (!isOver()) return
    }
  }
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

/** JSON, so that no tenant or id with a separator in it can imitate another pair. */
function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id])
}
