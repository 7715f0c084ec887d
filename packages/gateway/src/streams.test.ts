import { once } from 'node:events'
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream, type TestGateway } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true }

function start(url: string, type: 'OpenAI' | 'Anthropic' = 'OpenAI'): Promise<TestGateway> {
  return testGateway({
    providers: [keyedProvider('upstream', { baseURL: url, type })],
    secrets: { upstream: 'sk' },
  })
}

/** Sends the text in pieces of this many bytes, each in a separate write. */
const inPieces =
  (text: string, bytes: number): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const buffer = Buffer.from(text)
    let position = 0
    const step = () => {
      if (position >= buffer.length) {
        response.end()
        return
      }
      response.write(buffer.subarray(position, position + bytes))
      position += bytes
      setImmediate(step)
    }
    step()
  }

const anthropicEvents = [
  [
    'message_start',
    {
      message: {
        id: 'msg_1',
        model: 'claude',
        role: 'assistant',
        content: [],
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    },
  ],
  ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Grüß' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: ' Gott' } }],
  ['content_block_stop', { index: 0 }],
  ['message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } }],
  ['message_stop', {}],
] as const

const anthropicStream = anthropicEvents
  .map(([type, data]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  .join('')

describe('streams', () => {
  it.each([1, 2, 3, 7, 64])('bytes sent %i at a time arrive unchanged', async (size) => {
    const text = chunks(['Grüß', ' 🎣', ' Gott']).join('')
    const upstream = await testUpstream(inPieces(text, size))
    const gateway = await start(upstream.url)
    expect(await (await gateway.chat(body)).text()).toBe(text)
  })

  it('a stream with CRLF and without a closing blank line arrives unchanged', async () => {
    const text = chunks(['a', 'b']).join('').replaceAll('\n', '\r\n').slice(0, -2)
    const upstream = await testUpstream(inPieces(text, 5))
    const gateway = await start(upstream.url)
    expect(await (await gateway.chat(body)).text()).toBe(text)
  })

  it.each([
    ['several lines of data', (text: string) => text.replaceAll('":', '":\ndata: ')],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['lines that end in carriage returns', (text: string) => text.replaceAll('\n', '\r')],
  ])('a stream with %s arrives unchanged', async (_name, written) => {
    const text = written(chunks(['a', 'b']).join(''))
    const upstream = await testUpstream(inPieces(text, 64))
    const gateway = await start(upstream.url)
    expect(Buffer.from(await (await gateway.chat(body)).arrayBuffer()).toString()).toBe(text)
  })

  it('a stream that is cut after any byte is never mistaken for a whole one', async () => {
    const text = chunks(['one', 'two']).join('')
    const whole = text.indexOf('"finish_reason":"stop"') + 26
    const upstream = await testUpstream(() => {})
    const gateway = await start(upstream.url)
    for (let length = 1; length < whole; length += 1) {
      upstream.answer = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(text.slice(0, length))
        setImmediate(() => response.destroy())
      }
      const response = await gateway.chat(body)
      const answer = await response.text()
      expect(answer).toContain('upstream_stream_cut')
      expect(answer).not.toContain('[DONE]')
      for (const event of answer.trimEnd().split('\n\n')) {
        expect(() => JSON.parse(event.replace(/^data: /, '')) as unknown).not.toThrow()
      }
    }
  })

  it('a stream that is complete before its connection breaks is no failure', async () => {
    const text = chunks(['a', 'b']).join('')
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(text, () => response.destroy())
    })
    const gateway = await start(upstream.url)
    expect(await (await gateway.chat(body)).text()).toBe(text)
    const call = gateway.logs.find(({ message }) => message === 'call')
    expect(call?.fields).toMatchObject({ attempts: [{ outcome: 'Success' }] })
    expect(call?.fields).not.toHaveProperty('errorCode')
  })

  it('a stream that is cut is an error of the provider, not of the gateway', async () => {
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['one']).slice(0, 2).join(''))
      setImmediate(() => response.destroy())
    })
    const gateway = await start(upstream.url)
    const text = await (await gateway.chat(body)).text()
    expect(text).toContain('default/upstream closed the connection')
    const lines = gateway.logs.map(({ message, fields }) => [message, fields['error']])
    expect(lines).toContainEqual(['call', 'upstream_stream_cut'])
    expect(lines).not.toContainEqual(['call failed', undefined])
  })

  it('events are relayed as they arrive', async () => {
    const events = chunks(['first', 'second'])
    let sendRest = () => {}
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(events.slice(0, 2).join(''))
      sendRest = () => response.end(events.slice(2).join(''))
    })
    const gateway = await start(upstream.url)
    const response = await gateway.chat(body)
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(Buffer.from(first?.value ?? []).toString()).toContain('first')
    sendRest()
    let text = ''
    for (;;) {
      const next = await reader?.read()
      if (next === undefined || next.done) break
      text += Buffer.from(next.value).toString()
    }
    expect(text).toContain('second')
  })

  it.each([1, 17])(
    'a stream of Anthropic becomes one of OpenAI, %i bytes at a time',
    async (size) => {
      const upstream = await testUpstream(inPieces(anthropicStream, size))
      const gateway = await start(upstream.url, 'Anthropic')
      const response = await gateway.chat({ ...body, stream_options: { include_usage: true } })
      const events = (await response.text()).trimEnd().split('\n\n')
      expect(events.at(-1)).toBe('data: [DONE]')
      const parsed = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)) as Chunk)
      const text = parsed.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
      expect(text).toBe('Grüß Gott')
      expect(parsed.at(-1)?.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 4 })
      const seen = upstream.requests[0]
      expect(seen?.path).toBe('/v1/messages')
      expect(seen?.headers['x-api-key']).toBe('sk')
      expect(seen?.headers['anthropic-version']).toBe('2023-06-01')
    },
  )

  it('an Anthropic stream that is cut off ends with an error and without [DONE]', async () => {
    const cutAt = anthropicStream.indexOf('event: message_delta')
    const upstream = await testUpstream(inPieces(anthropicStream.slice(0, cutAt), 50))
    const gateway = await start(upstream.url, 'Anthropic')
    const text = await (await gateway.chat(body)).text()
    expect(text).toContain('"error"')
    expect(text).not.toContain('[DONE]')
  })

  it('a stream that takes longer than a call may ends with an error', async () => {
    const clock = new FakeClock()
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['one']).slice(0, 2).join(''))
    })
    const gateway = await testGateway({
      providers: [keyedProvider('upstream', { baseURL: upstream.url })],
      secrets: { upstream: 'sk' },
      options: { clock },
    })
    const response = await gateway.chat(body)
    await clock.advance(10_000)
    await clock.advance(20_000)
    const text = await response.text()
    expect(text).toContain('one')
    expect(text).toContain('request_timeout')
    expect(text).not.toContain('[DONE]')
    await upstream.requests[0]?.aborted
  })

  it('an upstream that sends faster than the caller reads is slowed down', async () => {
    const event = `data: ${JSON.stringify({ choices: [{ delta: { content: 'x'.repeat(60_000) } }] })}\n\n`
    let written = 0
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const push = () => {
        while (written < 200_000_000 && !response.destroyed) {
          written += event.length
          if (!response.write(event)) return void response.once('drain', push)
        }
        response.end()
      }
      push()
    })
    const gateway = await start(upstream.url)
    const call = httpRequest(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    call.end(JSON.stringify(body))
    const [response] = (await once(call, 'response')) as [NodeJS.ReadableStream & { pause(): void }]
    response.pause()
    await settled(() => written)
    expect(written).toBeLessThan(50_000_000)
    call.destroy()
  })

  it('a caller who has stopped reading holds up no call that must end', async () => {
    const clock = new FakeClock()
    const event = `data: ${JSON.stringify({ choices: [{ delta: { content: 'x'.repeat(60_000) } }] })}\n\n`
    let written = 0
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const push = () => {
        while (!response.destroyed) {
          written += event.length
          if (!response.write(event)) return void response.once('drain', push)
        }
      }
      push()
    })
    const gateway = await testGateway({
      providers: [keyedProvider('upstream', { baseURL: upstream.url })],
      secrets: { upstream: 'sk' },
      options: { clock },
    })
    const call = httpRequest(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    call.end(JSON.stringify(body))
    const [response] = (await once(call, 'response')) as [NodeJS.ReadableStream & { pause(): void }]
    response.pause()
    await settled(() => written)
    await clock.advance(30_000)
    await until(() => gateway.logs.some(({ fields }) => fields['error'] === 'request_timeout'))
    call.destroy()
  })
})

describe('a caller who leaves', () => {
  it('ends the upstream call at once, while it streams', async () => {
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['one']).slice(0, 2).join(''))
    })
    const gateway = await start(upstream.url)
    const controller = new AbortController()
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: controller.signal,
    })
    const reader = response.body?.getReader()
    await reader?.read()
    controller.abort()
    await upstream.requests[0]?.aborted
    await until(() => gateway.logs.some(({ fields }) => fields['status'] === 499))
  })

  it('ends the upstream call at once, before its answer', async () => {
    const upstream = await testUpstream(() => {})
    const gateway = await start(upstream.url)
    const controller = new AbortController()
    const pending = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, stream: false }),
      signal: controller.signal,
    })
    const seen = await upstream.request(1)
    controller.abort()
    await expect(pending).rejects.toThrow()
    await seen.aborted
  })
})

describe('drain', () => {
  it('lets calls in flight finish and accepts no new ones', async () => {
    let finish = () => {}
    const upstream = await testUpstream((response, request) => {
      finish = () => json(200, completion('late'))(response, request)
    })
    const gateway = await start(upstream.url)
    const pending = gateway.chat({ ...body, stream: false })
    await upstream.request(1)
    const drained = gateway.drain(10_000)
    finish()
    expect((await pending).status).toBe(200)
    await drained
    await expect(gateway.chat(body)).rejects.toThrow()
  })

  it('leaves less time when it is asked again', async () => {
    const upstream = await testUpstream(() => {})
    const gateway = await start(upstream.url)
    const pending = gateway.chat({ ...body, stream: false })
    await upstream.request(1)
    const first = gateway.drain(60_000)
    const second = gateway.drain(0)
    expect(await (await pending).json()).toMatchObject({ error: { code: 'shutting_down' } })
    await Promise.all([first, second])
  })

  it('leaves open connections one more call, which it refuses once half of the time is over', async () => {
    const clock = new FakeClock()
    const upstream = await testUpstream(json(200, completion('hi')))
    const gateway = await testGateway({
      providers: [keyedProvider('upstream', { baseURL: upstream.url })],
      secrets: { upstream: 'sk' },
      options: { clock },
    })
    const agents = [0, 1].map(() => new Agent({ keepAlive: true, maxSockets: 1 }))
    onTestFinished(() => agents.forEach((agent) => agent.destroy()))
    const call = async (agent: Agent | undefined) => {
      const request = httpRequest(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        ...(agent && { agent }),
      })
      request.end(JSON.stringify({ ...body, stream: false }))
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      response.resume()
      await once(response, 'end')
      return [response.statusCode, response.headers.connection]
    }
    for (const agent of agents) expect(await call(agent)).toEqual([200, 'keep-alive'])
    const drained = gateway.drain(20_000, 60_000)
    expect(await call(agents[0])).toEqual([200, 'close'])
    await clock.advance(10_000)
    expect(await call(agents[1])).toEqual([503, 'close'])
    await drained
  })

  it('aborts calls that do not finish in time', async () => {
    const upstream = await testUpstream(() => {})
    const gateway = await start(upstream.url)
    const pending = gateway.chat({ ...body, stream: false })
    await upstream.request(1)
    const drained = gateway.drain(0)
    const response = await pending
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code: 'shutting_down' } })
    await drained
  })
})

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[]
  readonly usage?: object
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

/**
 * Waits until the number has not changed for many turns of the event loop that all of this runs on.
 */
async function settled(read: () => number): Promise<void> {
  let last = read()
  for (let unchanged = 0; unchanged < 2_000; unchanged += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (read() === last) continue
    last = read()
    unchanged = 0
  }
}
