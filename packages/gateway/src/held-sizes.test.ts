import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { keyedProvider, limits } from './test-support/snapshot.ts'
import { testGateway, type TestGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const chunk = (content: string, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { content }, finish_reason }],
  })}\n\n`
const ask = (stream: boolean) => ({
  model: 'm',
  stream,
  messages: [{ role: 'user', content: 'hi' }],
})
const inChat = { 'x-fairlead-conversation': 'mine' }

async function start(upstreamURL: string, parts: Partial<typeof limits>): Promise<TestGateway> {
  return testGateway({
    gateway: { limits: { ...limits, ...parts } },
    providers: [keyedProvider('openai', { baseURL: upstreamURL })],
    secrets: { openai: 'sk' },
  })
}

async function turnsOf(gateway: TestGateway) {
  const response = await fetch(`${gateway.url}/v1/conversations/mine/turns`)
  const { data } = (await response.json()) as {
    data: { status: string; output: { content: { text: string }[] }[] }[]
  }
  return data
}

describe('an answer that a conversation keeps', () => {
  it('ends as incomplete when it is longer than may be held, and so does the provider', async () => {
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const more = () => {
        if (response.destroyed) return
        if (response.write(chunk('0123456789'.repeat(100)))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    })
    const gateway = await start(upstream.url, { maxResponseBytes: 100_000 })
    const response = await gateway.chat(ask(true), inChat)
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text.trimEnd().split('\n').at(-1)).toContain('"code":"answer_too_large"')
    expect(text).not.toContain('[DONE]')
    await (
      await upstream.request(1)
    ).aborted
    const [turn] = await turnsOf(gateway)
    expect(turn?.status).toBe('incomplete')
    const kept = turn?.output[0]?.content[0]?.text ?? ''
    expect(kept).toHaveLength(99_000)
    const line = gateway.logs.find(({ message }) => message === 'call')
    expect(line?.fields).toMatchObject({ error: 'answer_too_large' })
  })

  it.each([false, true])('is a 502 if it is whole and too long (stream: %s)', async (stream) => {
    const upstream = await testUpstream(json(200, completion('x'.repeat(200_000))))
    const gateway = await start(upstream.url, { maxResponseBytes: 100_000 })
    const response = await gateway.chat(ask(stream), inChat)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { code: 'answer_too_large' } })
    expect((await turnsOf(gateway))[0]?.status).toBe('failed')
    // Its provider did nothing wrong, and no other is asked for as long an answer.
    expect(upstream.requests).toHaveLength(1)
    expect(gateway.report().providers[0]?.health).toBe('Healthy')
  })

  it('has no limit where it is not kept: its bytes pass through', async () => {
    const upstream = await testUpstream(json(200, completion('x'.repeat(2_000_000))))
    const gateway = await start(upstream.url, { maxResponseBytes: 100_000 })
    const response = await gateway.chat(ask(false))
    expect(response.status).toBe(200)
    expect((await response.text()).length).toBeGreaterThan(2_000_000)
  })

  it('is broken off when its provider goes on for ever after its end', async () => {
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`${chunk('done', 'stop')}data: [DONE]\n\n`)
      const more = () => {
        if (response.destroyed) return
        if (response.write(`: ${'x'.repeat(10_000)}\n\n`)) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    })
    const gateway = await start(upstream.url, {})
    const text = await (await gateway.chat(ask(true), inChat)).text()
    expect(text).toContain('upstream_invalid_response')
    expect(text.length).toBeLessThan(10_000)
  })
})

describe('the bodies of all calls', () => {
  it('are refused beyond the bound, counted by what is announced, and free again at the end', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const gateway = await start(upstream.url, {
      maxRequestBytes: 1_000_000,
      maxBufferedBytes: 1_048_576,
    })
    const body = JSON.stringify(ask(false))
    const slow = request(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    })
    const answered = new Promise<number | undefined>((resolve) =>
      slow.once('response', (response) => resolve(response.resume().statusCode)),
    )
    slow.write(body.slice(0, 10))
    const large = { ...ask(false), user: 'x'.repeat(100_000) }
    let refused = await gateway.chat(large)
    // The slow call may still be on its way.
    while (refused.status === 200) refused = await gateway.chat(large)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ error: { code: 'too_many_buffered_bytes' } })
    slow.end(body.slice(10))
    expect(await answered).toBe(200)
    expect((await gateway.chat(large)).status).toBe(200)
  })
})
