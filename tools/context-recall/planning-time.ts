import { systemClock } from '@fairlead/base'
import { createConversations, createMemoryStore } from '@fairlead/context'
import type { QuestionedChat } from './questioned-chat.ts'

const plansBefore = 50
const plansMeasured = 100
const startsMeasured = 5
const tenant = 'bench'

/** How long planning takes with retrieval, in milliseconds of a CPU. */
interface PlanningTime {
  /** The first plan ever, which reads all that was said, and keeps an index of it. */
  readonly first: number
  /** The first plan of somebody who knows nothing of the conversation, but finds its index. */
  readonly cold: number
  /** The mean of later ones. */
  readonly warm: number
}

/** Plans turns of a conversation with all messages of a chat, of which prompts have the last turn. */
export async function planningTime(chat: QuestionedChat): Promise<PlanningTime> {
  const clock = systemClock
  const store = createMemoryStore({ clock, ttlMs: undefined })
  const open = () =>
    createConversations({ store, clock, random: Math.random, sweepsExpired: false })
  const items = chat.messages.map(({ content, role }) => ({
    type: 'message' as const,
    role,
    content: [{ type: 'input_text' as const, text: content }],
  }))
  await open().create({ tenant, id: chat.name, items })
  const plan = async (conversations: ReturnType<typeof open>, count: number) => {
    for (let round = 0; round < count; round++) {
      const question = chat.questions[round % chat.questions.length]?.text ?? ''
      await conversations.plan(requestOf(chat.name, question), { exact: false })
    }
  }
  const first = await cpuTimeOf(() => plan(open(), 1))
  const known = open()
  await plan(known, plansBefore)
  const warm = await cpuTimeOf(() => plan(known, plansMeasured))
  const cold: number[] = []
  for (let start = 0; start < startsMeasured; start++) {
    cold.push(await cpuTimeOf(() => plan(open(), 1)))
  }
  return { first, cold: Math.min(...cold), warm: warm / plansMeasured }
}

async function cpuTimeOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { system, user } = process.cpuUsage(before)
  return (system + user) / 1000
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
