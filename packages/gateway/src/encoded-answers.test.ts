import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const secrets = { first: 'sk-1', second: 'sk-2' }

const encoders = {
  gzip: gzipSync,
  deflate: deflateRawSync,
  br: (text: string | Buffer) =>
    brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
  zstd: zstdCompressSync,
} as const
type Encoding = keyof typeof encoders
const encodings = Object.keys(encoders) as Encoding[]

const encoded =
  (encoding: Encoding, text: string | Buffer, type = 'application/json', status = 200): Answer =>
  (response) => {
    const bytes = encoders[encoding](text)
    response.writeHead(status, { 'content-type': type, 'content-encoding': encoding })
    const middle = bytes.length >> 1
    response.write(bytes.subarray(0, middle))
    response.end(bytes.subarray(middle))
  }

async function gatewayOf(answer: Answer, type = 'OpenAI') {
  const first = await testUpstream(answer)
  const second = await testUpstream(json(200, completion('second')))
  const gateway = await testGateway({
    providers: [
      keyedProvider('first', { baseURL: first.url, type }),
      keyedProvider('second', { baseURL: second.url }),
    ],
    routes: [
      routeOf('all', [{ provider: 'first' }, { provider: 'second' }], {
        retry: { attempts: 1, conditions: ['ServerError'] },
      }),
    ],
    secrets,
  })
  return { gateway, first, second }
}

describe.each(encodings)('an answer in %s, though none was asked for', (encoding) => {
  it('passes as it would have come plain', async () => {
    const text = `${JSON.stringify(completion('café'))}\n`
    const { gateway, first } = await gatewayOf(encoded(encoding, text))
    const response = await gateway.chat(body)
    expect(first.requests[0]?.headers['accept-encoding']).toBe('identity')
    expect(await response.text()).toBe(text)
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
    expect(response.headers.get('x-fairlead-provider')).toBe('default/first')
  })

  it('passes if it is long', async () => {
    const noise = Array.from({ length: 150_000 }, (_, index) => index * 7919).join(' ')
    const text = JSON.stringify(completion(noise))
    expect(text.length).toBeGreaterThan(1024 * 1024)
    const { gateway } = await gatewayOf(encoded(encoding, text))
    const response = await gateway.chat(body)
    expect(response.headers.get('content-length')).toBeNull()
    expect(await response.text()).toBe(text)
  })

  it('passes as a stream', async () => {
    const text = chunks(['one', ' two']).join('')
    const { gateway } = await gatewayOf(encoded(encoding, text, 'text/event-stream'))
    const response = await gateway.chat({ ...body, stream: true })
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(await response.text()).toBe(text)
  })

  it('is read where it has to be', async () => {
    const text = JSON.stringify({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    })
    const { gateway } = await gatewayOf(encoded(encoding, text), 'Anthropic')
    expect(await (await gateway.chat(body)).json()).toMatchObject({
      choices: [{ message: { content: 'hello' } }],
    })
  })

  it("is read as the provider's error", async () => {
    const error = {
      message: 'no such thing',
      type: 'invalid_request_error',
      param: null,
      code: null,
    }
    const text = JSON.stringify({ error })
    const { gateway } = await gatewayOf(encoded(encoding, text, 'application/json', 400))
    const response = await gateway.chat(body)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(await response.json()).toEqual({ error })
  })

  it('that grows without end is none, and the next target is asked', async () => {
    const bomb = encoded(encoding, Buffer.alloc(16 * 1024 * 1024, ' '))
    const { gateway } = await gatewayOf(bomb)
    expect(await (await gateway.chat(body)).json()).toMatchObject(completion('second'))
    expect(gateway.logs.find(({ fields }) => 'attempts' in fields)).toBeDefined()
  })
})

it.each([false, true])('an encoding that nobody knows is no answer, stream: %s', async (stream) => {
  const upstream = await testUpstream((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'compress' })
    response.end('?')
  })
  const gateway = await testGateway({
    providers: [keyedProvider('first', { baseURL: upstream.url })],
    secrets,
  })
  const response = await gateway.chat({ ...body, stream })
  expect(response.status).toBe(502)
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.code).toBe('upstream_invalid_response')
  expect(error.message).toContain('encoded as "compress"')
})
