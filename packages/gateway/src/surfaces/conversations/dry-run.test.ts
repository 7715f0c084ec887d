import { systemClock } from '@fairlead/base'
import { createMemoryStore } from '@fairlead/context'
import { describe, expect, it } from 'vitest'
import { personaOf, simulatorOf } from '../../test-support/snapshot.ts'
import { openInMemory, testGateway } from '../../test-support/test-gateway.ts'

const ask = (text: string) => ({ model: 'm', messages: [{ role: 'user', content: text }] })

async function countedGateway() {
  const store = createMemoryStore({ clock: systemClock, ttlMs: undefined })
  const stored = { appends: 0 }
  const counted: typeof store = {
    ...store,
    append: (change) => {
      stored.appends++
      return store.append(change)
    },
  }
  const gateway = await testGateway({
    gateway: { defaultPersona: 'default/helpful' },
    providers: [simulatorOf('simulator')],
    personas: [personaOf('helpful', {})],
    openStore: () => openInMemory(counted),
  })
  return { gateway, stored }
}

describe('POST /v1/conversations/{id}/plan', () => {
  it.each([
    ['new', 'a new conversation'],
    ['elsewhere', 'an id that does not exist'],
    ['mine', 'an existing conversation'],
  ])('stores nothing for %s, %s', async (id) => {
    const { gateway, stored } = await countedGateway()
    const headers = { 'x-fairlead-conversation': 'mine' }
    await (await gateway.chat(ask('one'), headers)).text()
    const before = stored.appends
    const response = await gateway.post(`/v1/conversations/${id}/plan`, ask('two'))
    expect(response.status).toBe(200)
    const plan = (await response.json()) as { rendered: { messages: { content: string }[] } }
    expect(plan).toMatchObject({ object: 'ccp.context_plan', conversation: id })
    expect(plan.rendered.messages.at(0)?.content).toBe('You are helpful.')
    expect(plan.rendered.messages.at(-1)?.content).toBe('two')
    expect(stored.appends).toBe(before)
  })

  it('does not find an id of our own form that was never assigned', async () => {
    const { gateway } = await countedGateway()
    const path = '/v1/conversations/conv_01JD0000000000000000000000/plan'
    const response = await gateway.post(path, ask('two'))
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'conversation_not_found' } })
  })
})
