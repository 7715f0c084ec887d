import type { Clock } from '@fairlead/base'
import type { ContextStore } from '../context-store.ts'
import type { ContextPlan } from '../../plan/context-plan.ts'
import type { Conversation } from '../../turns/conversation.ts'
import type { Turn } from '../../turns/turn.ts'
import {
  expireBatch,
  plansPerConversation,
  type AppendOutcome,
  type ConversationChange,
  type FinishOutcome,
  type PartialOutput,
  type StoredConversation,
} from '../turn-store.ts'
import { defaultResponseTtlMs, type ResponseBounds } from '../response-store.ts'
import { MemoryResponses } from './memory-responses.ts'

export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, 'now'>
  /** What is untouched for longer is deleted; undefined keeps conversations, and responses 30 days. */
  readonly ttlMs: number | undefined
  /** Above this the least recently used conversation is dropped. 10,000 when left out. */
  readonly maxConversations?: number
  /** 10,000 responses and 256 MiB when left out. */
  readonly responseBounds?: ResponseBounds
}

const defaultResponseBounds: ResponseBounds = {
  responsesMax: 10_000,
  bytesMax: 256 * 1024 * 1024,
}

interface Entry {
  conversation: Conversation
  turns: readonly Turn[]
  plans: readonly ContextPlan[]
  touchedMs: number
}

/** Conversations in this process: fast, limited in number, and lost when the process ends. */
export function createMemoryStore(options: MemoryStoreOptions): ContextStore {
  const responses = new MemoryResponses({
    clock: options.clock,
    ttlMs: options.ttlMs ?? defaultResponseTtlMs,
    bounds: options.responseBounds ?? defaultResponseBounds,
  })
  const { clock, ttlMs = Number.POSITIVE_INFINITY, maxConversations = 10_000 } = options
  /** By tenant and id; the least recently used comes first. */
  const entries = new Map<string, Entry>()

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (entry === undefined || !isExpired(entry)) return entry
    entries.delete(key)
    return undefined
  }
  const isExpired = (entry: Entry) =>
    clock.now() - entry.touchedMs >= ttlMs && runningTurn(entry) === undefined
  const put = (key: string, entry: Omit<Entry, 'touchedMs'>) => {
    entries.delete(key)
    entries.set(key, { ...entry, touchedMs: clock.now() })
  }
  const makeRoom = () => {
    for (const [key, entry] of entries) {
      if (entries.size <= maxConversations) return
      if (runningTurn(entry) === undefined) entries.delete(key)
    }
  }

  return {
    type: 'Memory',
    responses,
    async load(tenant, id): Promise<StoredConversation | undefined> {
      const entry = live(entryKey(tenant, id))
      return entry && { conversation: entry.conversation, turns: entry.turns }
    },
    async append(change: ConversationChange): Promise<AppendOutcome> {
      const { conversation, turns, plan, expectedRevision } = change
      const key = entryKey(conversation.ccp.tenant, conversation.id)
      const entry = live(key)
      if (entry === undefined && expectedRevision !== null) return 'missing'
      if ((entry?.conversation.ccp.revision ?? null) !== expectedRevision) return 'conflict'
      if (entry && turns.length > 0 && runningTurn(entry)) return 'locked'
      const plans = [...(entry?.plans ?? []), ...(plan ? [plan] : [])].slice(-plansPerConversation)
      put(key, { conversation, turns: [...(entry?.turns ?? []), ...turns], plans })
      makeRoom()
      return 'stored'
    },
    async flush(outputs: readonly PartialOutput[]): Promise<void> {
      for (const { tenant, conversation, turn, output } of outputs) {
        const entry = entries.get(entryKey(tenant, conversation))
        if (entry) entry.turns = replaceRunning(entry.turns, turn, (old) => ({ ...old, output }))
      }
    },
    async finish(tenant: string, turn: Turn): Promise<FinishOutcome> {
      const key = entryKey(tenant, turn.conversation)
      const entry = entries.get(key)
      const stored = entry?.turns.find((one) => one.id === turn.id)
      if (entry === undefined || stored === undefined) return 'missing'
      if (stored.status !== 'in_progress') return 'ended'
      put(key, { ...entry, turns: replaceRunning(entry.turns, turn.id, () => turn) })
      return 'stored'
    },
    async remove(tenant, id): Promise<boolean> {
      const key = entryKey(tenant, id)
      return live(key) !== undefined && entries.delete(key)
    },
    async plan(tenant, planId): Promise<ContextPlan | undefined> {
      for (const entry of entries.values()) {
        if (entry.conversation.ccp.tenant !== tenant || isExpired(entry)) continue
        const plan = entry.plans.find((one) => one.id === planId)
        if (plan !== undefined) return plan
      }
      return undefined
    },
    async recover(completedAt): Promise<number> {
      let recovered = 0
      for (const entry of entries.values()) {
        const running = runningTurn(entry)
        if (running === undefined) continue
        entry.turns = replaceRunning(entry.turns, running.id, (turn) => ({
          ...turn,
          status: 'incomplete',
          completed_at: completedAt,
        }))
        recovered++
      }
      return recovered
    },
    async expire(): Promise<number> {
      const over = [...entries].filter(([, entry]) => isExpired(entry)).slice(0, expireBatch)
      for (const [key] of over) entries.delete(key)
      return over.length
    },
    async close(): Promise<void> {
      entries.clear()
      responses.clear()
    },
  }
}

/** JSON, so that no tenant or id with a separator in it can imitate another pair. */
function entryKey(tenant: string, id: string): string {
  return JSON.stringify([tenant, id])
}

function runningTurn(entry: Pick<Entry, 'turns'>): Turn | undefined {
  return entry.turns.findLast((turn) => turn.status === 'in_progress')
}

function replaceRunning(
  turns: readonly Turn[],
  id: string,
  change: (turn: Turn) => Turn,
): readonly Turn[] {
  return turns.map((turn) =>
    turn.id === id && turn.status === 'in_progress' ? change(turn) : turn,
  )
}
