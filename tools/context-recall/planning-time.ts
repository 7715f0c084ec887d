import { systemClock } from '@fairlead/base'
import { createConversations, createMemoryStore } from '@fairlead/context'
import type { QuestionedChat } from './questioned-chat.ts'

const plansMeasured = 50
const tenant = 'bench'

/** How long planning takes with retrieval, in milliseconds. */
interface PlanningTime {
  /** The first plan in a process that knows nothing of the conversation. */
  readonly cold: number
  /** The median of later ones. */
  readonly warm: number
}

/** Plans turns of a conversation with all messages of a chat, of which prompts have the last turn. */
export async function planningTime(chat: QuestionedChat): Promise<PlanningTime> {
  const clock = systemClock
  const store = createMemoryStore({ clock, ttlMs: undefined })
  const open = () =>
    createConversations({ store, clock, random: Math.random, sweepsExpired: false })
  const conversations = open()
  const items = chat.messages.map(({ content, role }) => ({
    type: 'message' as const,
    role,
    content: [{ type: 'input_text' as const, text: content }],
  }))
  await conversations.create({ tenant, id: chat.name, items })
  const times: number[] = []
  for (let round = 0; round <= plansMeasured; round++) {
    const question = chat.questions[round % chat.questions.length]?.text ?? ''
    const startMs = performance.now()
    await conversations.plan(requestOf(chat.name, question), { exact: false })
    times.push(performance.now() - startMs)
  }
  const [cold = 0, ...warm] = times
  return { cold, warm: warm.toSorted((one, other) => one - other)[plansMeasured / 2] ?? 0 }
}

function requestOf(conversation: string, text: string) {
  const target = {
    name: 'bench',
    provider: 'bench',
    platform: 'bench',
    model: 'gpt-4o',
    account: '',
    window: undefined,
    rendering: '',
  }
  return {
    tenant,
    conversation,
    createIfMissing: false,
    isNewInput: true,
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] } as const],
    tools: [],
    model: target.model,
    targets: [target] as const,
    persona: undefined,
    strategy: {
      name: 'bench',
      generation: 1,
      history: { mode: 'LastTurns', turns: 1, slackTurns: 0 } as const,
      retrieval: { mode: 'BM25', maxTokens: 2000, neighbours: 1 } as const,
      reserveOutputTokens: 0,
      onOverflow: 'Compact' as const,
    },
  }
}
