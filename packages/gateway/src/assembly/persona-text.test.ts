import type { PersonaSettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { keyedProvider, personaOf } from '../test-support/snapshot.ts'
import { testGateway, testUpstream } from '../test-support/test-gateway.ts'
import { completion, json } from '../test-support/upstream.ts'

const inConversation = { 'x-fairlead-conversation': 'mine' }

async function start(instructions: string, persona: Partial<PersonaSettings> = {}) {
  const upstream = await testUpstream(json(200, completion('ok')))
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
    personas: [
      personaOf('dated', {
        instructions,
        variables: [{ name: 'today', default: undefined, from: 'Clock' }],
        ...persona,
      }),
    ],
  })
  const ask = (variables: object, headers: Readonly<Record<string, string>>, more: object = {}) =>
    gateway.chat(
      { model: 'm', messages: [{ role: 'user', content: 'hi' }], context: { variables }, ...more },
      { 'x-fairlead-persona': 'dated', ...headers },
    )
  return { upstream, ask }
}

describe('a persona', () => {
  it.each([
    ['{{today}} for {{name}}', { today: 'forged', name: 'Ada' }],
    ['{{name}}', { name: ' ' }],
  ])('%j with %j reads the same in a conversation and outside of any', async (text, variables) => {
    const { upstream, ask } = await start(text)
    await (await ask(variables, {})).text()
    await (await ask(variables, inConversation)).text()
    const [outside, inside] = upstream.requests.map(({ body }) => body['messages'])
    expect(outside).toEqual(inside)
    expect(JSON.stringify(outside)).not.toContain('forged')
  })

  it('offers its own tool, once, if the caller sends one of the same name, in a conversation and outside', async () => {
    const lookup = { name: 'lookup', description: 'of the persona', parameters: undefined }
    const { upstream, ask } = await start('Hi.', { tools: [lookup] })
    const sent = ['lookup', 'other'].map((name) => ({ type: 'function', function: { name } }))
    await (await ask({}, {}, { tools: sent })).text()
    await (await ask({}, inConversation, { tools: sent })).text()
    const [outside, inside] = upstream.requests.map(({ body }) => body['tools'])
    expect(outside).toEqual(inside)
    expect(outside).toEqual([
      { type: 'function', function: { name: 'lookup', description: 'of the persona' } },
      { type: 'function', function: { name: 'other' } },
    ])
  })

  it.each(['lookup', 'other'])('offers its tool beside a deprecated function %s', async (name) => {
    const lookup = { name: 'lookup', description: 'of the persona', parameters: undefined }
    const { upstream, ask } = await start('Hi.', { tools: [lookup] })
    const sent = { functions: [{ name }], function_call: 'auto', service_tier: 'flex' }
    await (await ask({}, {}, sent)).text()
    await (await ask({}, inConversation, sent)).text()
    for (const { body } of upstream.requests) {
      expect(body).not.toHaveProperty('functions')
      expect(body).not.toHaveProperty('function_call')
      expect(body).toMatchObject({ service_tier: 'flex', tool_choice: 'auto' })
      const tools = body['tools'] as { function: { name: string; description?: string } }[]
      expect(tools.map((tool) => tool.function.name)).toEqual([...new Set(['lookup', name])])
      expect(tools[0]?.function.description).toBe('of the persona')
    }
    expect(upstream.requests).toHaveLength(2)
  })

  it.each([
    ['outside of any conversation', {}],
    ['in a conversation', inConversation],
  ])('that lacks a variable is refused %s', async (_, headers) => {
    const { ask } = await start('{{name}}')
    const response = await ask({}, headers)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'missing_variable' } })
  })
})
