import type { FunctionCallItem, FunctionCallOutputItem, Item, MessageItem } from '@fairlead/llm'
import { FakeClock } from '@fairlead/base/testing'
import type { ConversationsOptions } from '../conversations-service.ts'
import { createConversations } from '../conversations-service.ts'
import type { Conversations, TurnRequest } from '../conversations.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import type { ConversationStore } from '../stores/store.ts'

export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface Bench {
  readonly conversations: Conversations
  readonly clock: FakeClock
  readonly store: ConversationStore
}

export function openConversations(options: Partial<ConversationsOptions> = {}): Bench {
  const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
  const store = options.store ?? createMemoryStore({ clock, ttlMs: undefined })
  const random = seededRandom(1)
  return { clock, store, conversations: createConversations({ clock, random, ...options, store }) }
}

export const system = (text: string): MessageItem => ({
  type: 'message',
  role: 'system',
  content: [{ type: 'input_text', text }],
})

export const user = (text: string): MessageItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
})

export const assistant = (text: string): MessageItem => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
})

export const call = (callId: string, args = '{"q":1}'): FunctionCallItem => ({
  type: 'function_call',
  call_id: callId,
  name: 'look_up',
  arguments: args,
})

export const output = (callId: string, text = `result of ${callId}`): FunctionCallOutputItem => ({
  type: 'function_call_output',
  call_id: callId,
  output: text,
})

export function turnRequest(
  input: readonly Item[],
  change: Partial<TurnRequest> = {},
): TurnRequest {
  return {
    tenant: 'team/app',
    conversation: 'chat-1',
    createIfMissing: true,
    input,
    tools: [],
    model: 'model-a',
    window: undefined,
    strategy: {
      name: 'default',
      generation: 1,
      history: { mode: 'Full' },
      reserveOutputTokens: 0,
      onOverflow: 'Compact',
    },
    persona: undefined,
    signal: new AbortController().signal,
    ...change,
  }
}

export function lastTurnsStrategy(turns: number, slackTurns = 0): TurnRequest['strategy'] {
  return {
    name: 'last',
    generation: 1,
    history: { mode: 'LastTurns', turns, slackTurns },
    reserveOutputTokens: 0,
    onOverflow: 'Compact',
  }
}

/** One whole turn: what the model was sent, what was planned and what was stored. */
export async function say(
  conversations: Conversations,
  input: readonly Item[],
  answer: readonly Item[],
  change: Partial<TurnRequest> = {},
) {
  const open = await conversations.begin(turnRequest(input, change))
  const turn = await open.finish({
    status: 'completed',
    output: answer,
    usage: undefined,
    model: change.model ?? 'model-a',
  })
  return { open, turn, sent: open.items.map(brief) }
}

/** An item in a few characters, for comparing prompts at a glance. */
export function brief(item: Item): string {
  switch (item.type) {
    case 'message': {
      const text = item.content.map((part) => ('text' in part ? part.text : part.type)).join('')
      return `${item.role}: ${text}`
    }
    case 'reasoning':
      return 'reasoning'
    case 'function_call':
      return `call ${item.call_id}`
    case 'function_call_output':
      return `${item.is_error === true ? 'error' : 'output'} ${item.call_id}`
    default:
      return item satisfies never
  }
}
