import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventSchemaNames, loadOpenAiSchemas } from './test-support/openai-schema.ts'
import { modelUpstream } from './test-support/model-upstream.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''
const specification = join(corpora, 'specs/openai.json')

interface Shown {
  readonly id: string
  readonly status: string
}

describe.runIf(corpora !== '')('kept responses, by the published API description', () => {
  it.each(['OpenAI', 'OpenAICompatible', 'Anthropic'] as const)('of %s', async (type) => {
    const check = loadOpenAiSchemas(specification)
    const eventNames = eventSchemaNames(specification)
    const upstream = await modelUpstream()
    const gateway = await testGateway({
      providers: [keyedProvider('p', { type, baseURL: upstream.url })],
      secrets: { p: 'sk' },
    })
    const get = async <T>(path: string): Promise<T> =>
      (await fetch(`${gateway.url}/v1/responses${path}`)).json() as Promise<T>
    const post = async (path: string, body: object): Promise<Shown> =>
      (await gateway.post(`/v1/responses${path}`, body)).json() as Promise<Shown>
    const problems: Record<string, string[]> = {}
    const note = (name: string, schema: string, value: unknown) => {
      problems[name] = check(schema, value)
    }

    const tools = [{ type: 'function', name: 'f', strict: false, parameters: {} }]
    const input = [
      { role: 'user', content: 'think of the weather' },
      { role: 'assistant', content: 'It is far.' },
      { role: 'user', content: [{ type: 'input_text', text: 'think of the weather' }] },
    ]
    const first = await post('', { model: 'm', input, tools, metadata: { a: 'b' } })
    note('created', 'Response', first)
    note('retrieved', 'Response', await get(`/${first.id}`))
    note('with seals', 'Response', await get(`/${first.id}?include[]=reasoning.encrypted_content`))
    const output = { type: 'function_call_output', call_id: 'call_1', output: 'sunny' }
    const more = { model: 'm', tools, input: [output] }
    const second = await post('', { ...more, previous_response_id: first.id })
    note('continued', 'Response', second)
    for (const { id } of [first, second]) {
      note(`input of ${id}`, 'ResponseItemList', await get(`/${id}/input_items`))
    }
    note('counted', 'TokenCountsResource', await post('/input_tokens', { model: 'm', input: 'hi' }))

    const queued = await post('', { model: 'm', input: 'hi', background: true })
    note('queued', 'Response', queued)
    const failing = await post('', { model: 'fails-500', input: 'hi', background: true })
    let failed = await get<Shown>(`/${failing.id}`)
    while (['queued', 'in_progress'].includes(failed.status))
      failed = await get<Shown>(`/${failing.id}`)
    expect(failed.status).toBe('failed')
    note('failed', 'Response', failed)
    const slow = await post('', { model: 'slow', input: 'hi', background: true })
    note('cancelled', 'Response', await post(`/${slow.id}/cancel`, {}))

    for (const { id } of [queued, failing, slow]) {
      const stream = await (await fetch(`${gateway.url}/v1/responses/${id}?stream=true`)).text()
      const events = [...stream.matchAll(/^data: (.*)$/gm)].map(
        ([, data = '']) => JSON.parse(data) as { type: string },
      )
      expect(events.length).toBeGreaterThan(0)
      for (const [number, event] of events.entries()) {
        note(`event ${number} of ${id}`, eventNames.get(event.type) ?? event.type, event)
      }
    }
    const found = Object.entries(problems).filter(([, list]) => list.length > 0)
    expect(found).toEqual([])
  })
})
