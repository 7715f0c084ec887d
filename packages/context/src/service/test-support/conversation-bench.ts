import type { Item } from '@fairlead/llm'
import { FakeClock } from '@fairlead/base/testing'
import { createMemoryStore } from '../../stores/memory/memory-store.ts'
import type { PromptTarget } from '../../plan/prompt-target.ts'
import type { ContextStore } from '../../stores/context-store.ts'
import type { Turn } from '../../turns/turn.ts'
import { brief } from '../../turns/test-support/items.ts'
import { seededRandom } from '../../turns/test-support/seeded-random.ts'
import type { ConversationsOptions } from '../conversations-options.ts'
import { createConversations } from '../conversations-service.ts'
import type { Conversations, TurnRequest } from '../conversations.ts'

export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

interface Bench {
  readonly conversations: Conversations
  readonly clock: FakeClock
  readonly store: ContextStore
}

export function openConversations(
  options: Partial<Omit<ConversationsOptions, 'clock'>> & { readonly clock?: FakeClock } = {},
): Bench {
  const clock = options.clock ?? new FakeClock(Date.UTC(2026, 0, 1, 12))
  const store = options.store ?? createMemoryStore({ clock, ttlMs: undefined })
  const random = seededRandom(1)
  return { clock, store, conversations: createConversations({ random, ...options, clock, store }) }
}

/** A target whose seals no other can read. */
export function promptTarget(model: string, change: Partial<PromptTarget> = {}): PromptTarget {
  return {
    name: model,
    provider: 'team/provider',
    platform: 'Anthropic https://api.example.com',
    model,
    account: 'account-a',
    window: undefined,
    rendering: '',
    ...change,
  }
}

/** What a test says of a turn; the window is that of the only target. */
type RequestChange = Partial<TurnRequest> & { readonly window?: number | undefined }

export function turnRequest(
  input: readonly Item[],
  { window, ...change }: RequestChange = {},
): TurnRequest {
  const model = change.model ?? 'model-a'
  return {
    tenant: 'team/app',
    conversation: 'chat-1',
    createIfMissing: true,
    input,
    tools: [],
    model,
    targets: [promptTarget(model, { window })],
    strategy: {
      name: 'default',
      generation: 1,
      history: { mode: 'Full' },
      reserveOutputTokens: 0,
      onOverflow: 'Compact',
    },
    persona: undefined,
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

/** Runs one whole turn. Returns it open and ended, and the prompt in short form. */
export async function say(
  conversations: Conversations,
  input: readonly Item[],
  answer: readonly Item[],
  change: RequestChange = {},
) {
  const request = turnRequest(input, change)
  const open = await conversations.begin(request)
  await open.answering(request.targets[0], 1)
  const turn = await open.finish({
    status: 'completed',
    output: answer,
    usage: undefined,
    model: change.model ?? 'model-a',
  })
  return { open, turn, sent: open.items.map(brief) }
}

/** The turns of a conversation of up to a hundred, oldest first. */
export async function turnsOf(
  conversations: Conversations,
  tenant: string,
  id: string,
): Promise<readonly Turn[]> {
  return (await conversations.tree.turns(tenant, id, { limit: 100, order: 'asc' })).turns
}
