import { expect, it } from 'vitest'
import { newConversation } from '../turns/new-conversation.ts'
import { TurnLog } from '../turns/test-support/turn-log.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import { outlineOf } from '../turns/turn-outline.ts'
import { OutlineCache } from './outline-cache.ts'

/** A conversation of two turns, in a store that counts the outlines that it hands out. */
function twoTurns() {
  const log = new TurnLog()
  log.say([user('one')], [assistant('A')])
  log.say([user('two')], [assistant('B')])
  const read: number[] = []
  const cache = new OutlineCache({
    async outline(_tenant, _id, afterSeq) {
      const outlines = log.turns.filter(({ seq }) => seq > afterSeq).map(outlineOf)
      read.push(outlines.length)
      return outlines
    },
  })
  const empty = newConversation({ id: 'c1', tenant: 'a', store: 'test', nowMs: 1000 })
  const conversation = (change: { rewrites?: number; created?: number } = {}) => ({
    ...empty,
    created_at: change.created ?? empty.created_at,
    ccp: {
      ...empty.ccp,
      head: log.head,
      turns: log.turns.length,
      rewrites: change.rewrites ?? 0,
    },
  })
  return { cache, conversation, log, read }
}

it('asks for what was added, and for all of it once turns were rewritten', async () => {
  const { cache, conversation, log, read } = twoTurns()
  await cache.treeOf(conversation())
  log.say([user('three')], [assistant('C')])
  expect((await cache.treeOf(conversation())).size).toBe(3)
  await cache.treeOf(conversation({ rewrites: 1 }))
  expect(read).toEqual([2, 1, 3])
})

it('does not take a conversation for one of the same id that was there before', async () => {
  const { cache, conversation, read } = twoTurns()
  await cache.treeOf(conversation())
  await cache.treeOf(conversation({ created: 5 }))
  expect(read).toEqual([2, 2])
})
