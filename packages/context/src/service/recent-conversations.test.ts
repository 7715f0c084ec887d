import { expect, it } from 'vitest'
import { newConversation } from '../turns/new-conversation.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import { TurnLog } from '../turns/test-support/turn-log.ts'
import { RecentConversations } from './recent-conversations.ts'

const log = new TurnLog()
for (let number = 0; number < 10; number += 1) {
  log.say([user(`${number}${'x'.repeat(1000)}`)], [assistant('so')])
}
const conversationOf = (id: string, rewrites = 0) => {
  const made = newConversation({ id, tenant: 't', store: 's', nowMs: 1000 })
  return { ...made, ccp: { ...made.ccp, rewrites } }
}
const pathOf = (recent: RecentConversations, id: string, rewrites = 0) =>
  recent.of(conversationOf(id, rewrites)).path.length

function use(recent: RecentConversations, id: string, turns: number) {
  const conversation = conversationOf(id)
  const known = recent.of(conversation)
  known.path = log.turns.slice(0, turns)
  recent.used(conversation, known)
}

it('is what was used last, until a turn of it is changed', () => {
  const recent = new RecentConversations()
  use(recent, 'a', 3)
  use(recent, 'a', 5)
  expect([pathOf(recent, 'a'), pathOf(recent, 'a', 1), pathOf(recent, 'b')]).toEqual([5, 0, 0])
})

it('is bounded by bytes: the one that was used least recently goes', () => {
  // Ten turns have about 42 kB.
  const recent = new RecentConversations(100_000)
  for (const id of ['a', 'b', 'a', 'c']) use(recent, id, 10)
  expect(['a', 'b', 'c'].map((id) => pathOf(recent, id))).toEqual([10, 0, 10])
  use(recent, 'c', 2)
  use(recent, 'b', 10)
  expect(['a', 'b', 'c'].map((id) => pathOf(recent, id))).toEqual([10, 10, 2])
})
