import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { openaiSdk } from './support/sdk.ts'

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead()
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

const hello = [{ role: 'user' as const, content: 'Hello there' }]

describe('a first start', () => {
  it('leaves a kubeconfig and endpoints for their owner alone', () => {
    const { kubeconfig } = fairlead.endpoints
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600)
    expect(statSync(join(dirname(kubeconfig), 'endpoints.json')).mode & 0o777).toBe(0o600)
  })

  it('has applied one resource of each kind, all of them accepted', async () => {
    for (const resource of [
      'llmgateway/default',
      'llmprovider/simulator',
      'routingpolicy/default',
      'prompttemplate/summarise',
      'persona/helpful',
      'contextstrategy/last-five-turns',
      'conversationstore/local',
      'consumer/quickstart',
    ]) {
      await fairlead.kubectl('wait', '--for=condition=Accepted', '--timeout=10s', resource)
      await fairlead.kubectl('wait', '--for=condition=ResolvedRefs', '--timeout=10s', resource)
    }
    await fairlead.kubectl(
      'wait',
      '--for=condition=Programmed',
      '--timeout=10s',
      'llmgateway/default',
    )
  })

  it('answers probes and metrics on the admin port', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${fairlead.endpoints.admin}${path}`)
      return { status: response.status, text: await response.text() }
    }
    expect((await get('/healthz')).status).toBe(200)
    expect((await get('/readyz?verbose')).text).toContain('[+]caches-synced ok')
    expect((await get('/readyz/gateway')).status).toBe(200)
    const metrics = (await get('/metrics')).text
    expect(metrics).toContain('controller_runtime_reconcile_total')
    expect(metrics).toContain('workqueue_depth')
    expect(metrics).toContain('fairlead_gateway_overhead_seconds')
  })
})

describe('the official SDK', () => {
  it('gets an answer with usage', async () => {
    const answer = await openaiSdk(fairlead.endpoints).chat.completions.create({
      model: 'assistant',
      messages: hello,
    })
    expect(answer.choices[0]?.message.content).toContain('Hello there')
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(answer.usage?.total_tokens).toBeGreaterThan(0)
  })

  it('gets the same answer word by word', async () => {
    const sdk = openaiSdk(fairlead.endpoints)
    const whole = await sdk.chat.completions.create({ model: 'assistant', messages: hello })
    const stream = await sdk.chat.completions.create({
      model: 'assistant',
      messages: hello,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let pieces = 0
    let usage = 0
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content ?? ''
      text += piece
      pieces += piece === '' ? 0 : 1
      usage = chunk.usage?.total_tokens ?? usage
    }
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(pieces).toBeGreaterThan(3)
    expect(usage).toBe(whole.usage?.total_tokens)
  })

  it('lists the models that can be asked for', async () => {
    const models = await openaiSdk(fairlead.endpoints).models.list()
    expect(models.data.map(({ id }) => id)).toContain('assistant')
  })

  it('calls a tool and goes on with its output', async () => {
    const sdk = openaiSdk(fairlead.endpoints)
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
      },
    ]
    const question = { role: 'user' as const, content: 'Please call get_weather' }
    const asked = await sdk.chat.completions.create({
      model: 'assistant',
      messages: [question],
      tools,
    })
    const message = asked.choices[0]?.message
    const call = message?.tool_calls?.[0]
    if (message === undefined || call?.type !== 'function') throw new Error('no tool call')
    expect(asked.choices[0]?.finish_reason).toBe('tool_calls')
    expect(call.function.name).toBe('get_weather')
    const told = await sdk.chat.completions.create({
      model: 'assistant',
      messages: [question, message, { role: 'tool', tool_call_id: call.id, content: '18 degrees' }],
      tools,
    })
    expect(told.choices[0]?.finish_reason).toBe('stop')
    expect(told.choices[0]?.message.content).toContain('18 degrees')
  })

  it('finds a prompt as a REST endpoint', async () => {
    const response = await fetch(`${fairlead.endpoints.gateway}/prompts/default/summarise`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${fairlead.endpoints.apiKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ text: 'A fairlead guides a line.' }),
    })
    const body = (await response.json()) as { choices: { message: { content: string } }[] }
    expect(response.status).toBe(200)
    expect(body.choices[0]?.message.content).toContain('A fairlead guides a line.')
  })
})

describe('a stop', () => {
  it('exits 0 on SIGTERM and finds everything again', async () => {
    const headers = { 'x-fairlead-conversation': 'kept' }
    const ask = (process: FairleadProcess, content: string) =>
      openaiSdk(process.endpoints).chat.completions.create(
        { model: 'assistant', messages: [{ role: 'user', content }] },
        { headers },
      )
    await ask(fairlead, 'before the stop')
    const { apiKey } = fairlead.endpoints
    await fairlead.kubectl('label', 'persona/helpful', 'seen=yes')

    expect(await fairlead.stop()).toBe(0)
    fairlead = await fairlead.restart()

    expect(fairlead.endpoints.apiKey).toBe(apiKey)
    expect(await fairlead.kubectl('get', 'persona', '-l', 'seen=yes', '-o', 'name')).toContain(
      'persona.fairlead.dev/helpful',
    )
    await ask(fairlead, 'after the stop')
    const items = await fetch(
      `${fairlead.endpoints.gateway}/v1/conversations/kept/items?order=asc`,
      { headers: { authorization: `Bearer ${apiKey}` } },
    )
    const { data } = (await items.json()) as { data: { content: { text: string }[] }[] }
    expect(data.map((item) => item.content[0]?.text)).toEqual([
      'before the stop',
      expect.any(String),
      'after the stop',
      expect.any(String),
    ])
  }, 60_000)
})
