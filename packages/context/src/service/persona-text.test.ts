import { expect, it } from 'vitest'
import { renderPersona } from '../plan/render-persona.ts'
import { randomPersona } from '../plan/test-support/random-persona.ts'
import { brief, user } from '../turns/test-support/items.ts'
import { openConversations, turnRequest } from './test-support/conversation-bench.ts'

it('the first turn of a conversation has the text that a persona has outside of any', async () => {
  const { conversations, clock } = openConversations()
  for (let seed = 1; seed <= 300; seed++) {
    const { persona, variables } = randomPersona(seed)
    const request = turnRequest([user('hi')], { persona, variables, conversation: `chat-${seed}` })
    const { items } = await conversations.begin(request)
    const text = renderPersona({ persona, variables, nowMs: clock.now() })
    const expected = text.trim() === '' ? [] : [`system: ${text}`]
    expect(items.map(brief)).toEqual([...expected, 'user: hi'])
  }
})
