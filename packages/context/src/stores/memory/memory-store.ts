import type { Clock } from '@fairlead/base'
import type { AnswerBounds } from '../answer-store.ts'
import type { ContextStore } from '../context-store.ts'
import { LocalErasures } from '../local-erasures.ts'
import { defaultResponseTtlMs, type ResponseBounds } from '../response-store.ts'
import { MemoryConversations } from './memory-conversations.ts'
import { MemoryEntries } from './memory-entries.ts'
import { MemoryFactors } from './memory-factors.ts'
import { MemoryAnswers } from './memory-answers.ts'
import { MemoryRecords } from './memory-records.ts'
import { MemoryResponses } from './memory-responses.ts'

export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, 'now'>
  /** What is untouched for longer is deleted; undefined keeps conversations, and responses 30 days. */
  readonly ttlMs: number | undefined
  /** Above this the least recently used conversation is dropped. 10,000 when left out. */
  readonly maxConversations?: number
  /** The same, of the JSON of turns, plans and conversations. 256 MiB when left out. */
  readonly maxBytes?: number
  /** 10,000 responses and 256 MiB when left out. */
  readonly responseBounds?: ResponseBounds
  /** 10,000 answers and 64 MiB when left out. */
  readonly answerBounds?: AnswerBounds
  /** Of all records; further ones are refused. 64 MiB when left out. */
  readonly recordBytesMax?: number
}

const defaultBytesMax = 256 * 1024 * 1024

const defaultResponseBounds: ResponseBounds = { responsesMax: 10_000, bytesMax: defaultBytesMax }

const defaultAnswerBounds: AnswerBounds = { answersMax: 10_000, bytesMax: 64 * 1024 * 1024 }

const defaultRecordBytesMax = 64 * 1024 * 1024

/** Conversations in this process: fast, limited in number and bytes, and lost when the process ends. */
export function createMemoryStore(options: MemoryStoreOptions): ContextStore {
  const { clock, ttlMs, maxConversations = 10_000, maxBytes = defaultBytesMax } = options
  const responses = new MemoryResponses({
    clock,
    ttlMs: ttlMs ?? defaultResponseTtlMs,
    bounds: options.responseBounds ?? defaultResponseBounds,
    hasConversation: (tenant, id) => entries.live(tenant, id) !== undefined,
  })
  const factors = new MemoryFactors()
  const erasures = new LocalErasures(clock)
  const answers = new MemoryAnswers(clock, options.answerBounds ?? defaultAnswerBounds)
  const records = new MemoryRecords({
    clock,
    bytesMax: options.recordBytesMax ?? defaultRecordBytesMax,
    hasConversation: (tenant, id) => entries.live(tenant, id) !== undefined,
    erasures,
  })
  const entries: MemoryEntries = new MemoryEntries({
    clock,
    ttlMs: ttlMs ?? Number.POSITIVE_INFINITY,
    conversationsMax: maxConversations,
    bytesMax: maxBytes,
    deleted(tenant, id) {
      records.removeOf(tenant, id)
      responses.removeOf(tenant, id)
    },
  })
  const store = new MemoryConversations({ entries, responses, records, erasures })
  return {
    type: 'Memory',
    responses,
    factors,
    answers,
    records,
    conversation: async (tenant, id) => entries.live(tenant, id)?.conversation,
    basis: async (tenant, id, query) => store.basis(tenant, id, query),
    path: async (tenant, id, { to, max }) => entries.live(tenant, id)?.log.path(to, max) ?? [],
    turn: async (tenant, id, turnId) => entries.live(tenant, id)?.log.turn(turnId),
    outline: async (tenant, id, afterSeq) => entries.live(tenant, id)?.log.outline(afterSeq) ?? [],
    turnPage: async (tenant, id, query) =>
      entries.live(tenant, id)?.log.turnPage(query) ?? { outcome: 'missing' },
    async itemPage(tenant, id, query) {
      const entry = entries.live(tenant, id)
      if (entry === undefined) return { outcome: 'missing' }
      return entry.log.itemPage(entry.conversation.ccp.head, query)
    },
    async item(tenant, id, itemId) {
      const entry = entries.live(tenant, id)
      return entry?.log.item(entry.conversation.ccp.head, itemId)
    },
    turnsOfItem: async (tenant, id, itemId) =>
      entries.live(tenant, id)?.log.turnsOfItem(itemId) ?? [],
    append: async (change) => store.append(change),
    flush: async (outputs) => store.flush(outputs),
    finish: async (tenant, change) => store.finish(tenant, change),
    replacePlan: async (tenant, plan) => store.replacePlan(tenant, plan),
    remove: async (tenant, id) => store.remove(tenant, id),
    plan: async (tenant, planId) => store.plan(tenant, planId),
    list: async (tenant, query) => store.list(tenant, query),
    tenants: async () => store.tenants(),
    erasures: async (tenant, subject) => erasures.of(tenant, subject),
    removeSubject: async (tenant, subject) => store.removeSubject(tenant, subject),
    recover: async (completedAt) => store.recover(completedAt),
    expire: async () => store.expire(),
    check: async () => {},
    async configure(retention) {
      entries.configure(retention.ttlMs ?? Number.POSITIVE_INFINITY)
      responses.configure(retention.ttlMs ?? defaultResponseTtlMs)
    },
    async close() {
      entries.clear()
      responses.clear()
      factors.clear()
      answers.clear()
      records.clear()
    },
  }
}
