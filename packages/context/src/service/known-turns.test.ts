import { FakeClock } from '@fairlead/base/testing'
import type { Item } from '@fairlead/llm'
import { expect, it } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import {
  openConversations,
  promptTarget,
  say,
  turnRequest,
} from './test-support/conversation-bench.ts'
import { copyingStore } from './test-support/copying-store.ts'

const named = { tenant: 'team/app', id: 'chat-1' }

/** A chat of 40 turns in a store whose turns are new objects each time. */
async function longChat() {
  const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
  const store = copyingStore(createMemoryStore({ clock, ttlMs: undefined }))
  const { conversations } = openConversations({ clock, store })
  const texts = Array.from({ length: 40 }, (_, at) => [user(`q${at}`), assistant(`a${at}`)])
  await conversations.create({ ...named, items: texts.flat() })
  /** How many items of the history a prompt was rendered from; the others were known. */
  const rendered = async (refusal?: string, refused?: string) => {
    let count = 0
    const refuse = (item: Item) => {
      count += 1
      const isRefused = refused !== undefined && JSON.stringify(item).includes(refused)
      return isRefused
        ? ({ reason: 'refused_by_target', problem: 'no', instead: undefined } as const)
        : undefined
    }
    const target = promptTarget('model-a', { refuse, ...(refusal && { refusal }) })
    const asked = turnRequest([user('next')], { targets: [target] })
    const { items } = await conversations.plan(asked)
    return { count, sent: JSON.stringify(items) }
  }
  return { conversations, rendered }
}

it('a turn of a known conversation costs what is new in it, whatever objects a store returns', async () => {
  const { conversations, rendered } = await longChat()
  expect((await rendered()).count).toBe(80)
  expect((await rendered()).count).toBe(0)
  await say(conversations, [user('one more')], [assistant('yes')])
  expect((await rendered()).count).toBe(2)
  await say(conversations, [user('and one')], [assistant('well')])
  expect((await rendered()).count).toBe(2)
})

it('a changed turn is rendered as it is now', async () => {
  const { conversations, rendered } = await longChat()
  await rendered()
  const { turns } = await conversations.tree.turns(named.tenant, named.id, {
    limit: 100,
    order: 'asc',
  })
  const item = turns[35]?.input[0]
  await conversations.removeItem(named, item?.id ?? '')
  const { count, sent } = await rendered()
  expect(count).toBe(79)
  expect(sent).not.toContain('q35')
})

it('what a target refuses is asked again once it refuses something else', async () => {
  const { rendered } = await longChat()
  expect((await rendered('takes all')).sent).toContain('q7"')
  const { count, sent } = await rendered('takes less', 'q7"')
  expect(count).toBe(80)
  expect(sent).not.toContain('q7"')
  expect((await rendered('takes less', 'q7"')).count).toBe(0)
})
