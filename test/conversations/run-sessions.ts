import { Agent } from 'node:http'
import { SeededRandom } from '@fairlead/base/testing'
import { chatHabits, habitsOf } from '../../packages/context/src/turns/test-support/chat-habits.ts'
import { startChatGateways, type StoreKind } from './chat-gateways.ts'
import { ChatSession } from './chat-session.ts'
import { ScriptedModel } from './scripted-model.ts'

/** So many users chat at once. */
const parallel = 16
const callsPerSession = 5
/** With so many the cause is known. */
const problemsMax = 10

interface SessionsResult {
  readonly problems: readonly string[]
  /** How often what was done. */
  readonly done: ReadonlyMap<string, number>
}

/** Sessions `seed`, `seed` + 1, … of chat interfaces with gateways in this process. */
export async function runSessions(
  store: StoreKind,
  seed: number,
  sessions: number,
): Promise<SessionsResult> {
  const model = new ScriptedModel()
  const ids = new SeededRandom(seed)
  const gateways = await startChatGateways(store, model, () => ids.next())
  const agent = new Agent({ keepAlive: true })
  const problems: string[] = []
  const done = new Map<string, number>()
  const tally = (what: string) => void done.set(what, (done.get(what) ?? 0) + 1)
  const names = Object.keys(chatHabits)
  let next = seed
  const user = async () => {
    while (next < seed + sessions && problems.length < problemsMax) {
      const number = next++
      const random = new SeededRandom(number)
      const name = names[number % names.length] ?? ''
      const id = `session-${number}`
      const parts = { id, random, habits: habitsOf(name), gateways, model, agent }
      const session = new ChatSession(parts, tally)
      await session.run(callsPerSession)
      problems.push(...session.problems.map((problem) => `${name}, ${problem}`))
    }
  }
  try {
    await Promise.all(Array.from({ length: parallel }, user))
  } finally {
    agent.destroy()
    await gateways.stop()
  }
  return { problems: [...problems, ...gateways.errors].slice(0, problemsMax), done }
}
