import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { ChatClient, type ChatCall } from './test-support/chat-client.ts'
import { chatHabits, habitsOf } from './test-support/chat-habits.ts'
import { ChatModel } from './test-support/chat-model.ts'
import { saidLines } from './test-support/same-conversation.ts'
import { seededRandom } from './test-support/seeded-random.ts'
import { TurnLog } from './test-support/turn-log.ts'

const sessionsPerHabit = 200
const callsPerSession = 14

interface Seen {
  calls: number
  copied: number
  readonly actions: Set<string>
}

function chat(name: string, seed: number, seen: Seen): void {
  const random = seededRandom(seed)
  const client = new ChatClient(random, habitsOf(name))
  const model = new ChatModel(random)
  const log = new TurnLog()
  for (let number = 0; number < callsPerSession; number++) {
    const sent = client.next()
    const { output, status, seen: shown } = model.answer()
    const said = log.say(sent.body, output, status)
    check(sent, said, `${name}, seed ${seed}, call ${number}: ${sent.action}`)
    seen.calls++
    seen.copied += said.placement.exchanges.length - 1
    for (const action of sent.action.split(' ')) seen.actions.add(action)
    client.receive(sent, shown)
  }
}

function check(sent: ChatCall, { prompt, placement }: ReturnType<TurnLog['say']>, where: string) {
  if (sent.ambiguous) return
  expect(saidLines(prompt), where).toEqual(saidLines(sent.believes))
  expect(prompt.length, where).toBeLessThanOrEqual(sent.body.length)
  if (!sent.rearranged) expect(placement.exchanges.length, where).toBe(1)
  expect(orphans(prompt), where).toEqual(orphans(sent.body).length === 0 ? [] : orphans(prompt))
}

/** The ids of outputs before which there is no call. */
function orphans(items: readonly Item[]): string[] {
  const calls = new Set<string>()
  return items.flatMap((item) => {
    if (item.type === 'function_call') calls.add(item.call_id)
    return item.type === 'function_call_output' && !calls.has(item.call_id) ? [item.call_id] : []
  })
}

describe('sessions of chat interfaces', () => {
  it.each(Object.keys(chatHabits))(
    'get the prompts that their users believe in, and store each turn once: %s',
    (name) => {
      const seen: Seen = { calls: 0, copied: 0, actions: new Set() }
      for (let seed = 1; seed <= sessionsPerHabit; seed++) chat(name, seed, seen)
      expect(seen.calls).toBe(sessionsPerHabit * callsPerSession)
      expect(seen.copied).toBeLessThan(seen.calls / 2)
      for (const action of ['regenerate', 'edit', 'delete', 'go', 'reload', 'retry']) {
        expect(seen.actions).toContain(action)
      }
    },
  )
})
