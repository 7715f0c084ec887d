import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { limits, promptOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, type TestGateway } from './test-support/test-gateway.ts'

const model = {
  name: 'known',
  aliases: [],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
}

function start(): Promise<TestGateway> {
  return testGateway({
    gateway: {
      limits: {
        ...limits,
        maxRequestBytes: 1000,
        requestTimeoutMs: 5000,
        firstTokenTimeoutMs: 5000,
        maxMessages: 10_000,
        maxTools: 1024,
        maxDepth: 128,
        maxConcurrentRequests: 10,
      },
    },
    providers: [{ ...simulatorOf('simulator'), models: [model] }],
    prompts: [
      promptOf('summarise', [
        {
          version: '1',
          model: 'known',
          messages: [{ role: 'user', content: '{{text}}' }],
          parameters: {
            type: 'object',
            required: ['text'],
            properties: { text: { type: 'string' } },
          },
        },
      ]),
    ],
  })
}

const chat = '/v1/chat/completions'
const valid = { model: 'known', messages: [{ role: 'user', content: 'hi' }] }

describe('a bad request is answered in the format of OpenAI', () => {
  it.each<[string, string, unknown, number, string, string | null]>([
    ['malformed JSON', chat, '{"model":', 400, 'invalid_json', null],
    ['an empty body', chat, '', 400, 'invalid_json', null],
    ['JSON that is no object', chat, '[1]', 400, 'invalid_value', 'body'],
    ['no model', chat, { messages: valid.messages }, 400, 'missing_required_parameter', 'model'],
    ['a model that is no text', chat, { ...valid, model: 7 }, 400, 'invalid_value', 'model'],
    ['no messages', chat, { model: 'known' }, 400, 'missing_required_parameter', 'messages'],
    ['empty messages', chat, { model: 'known', messages: [] }, 400, 'invalid_value', 'messages'],
    [
      'a stream that is no boolean',
      chat,
      { ...valid, stream: 'yes' },
      400,
      'invalid_value',
      'stream',
    ],
    ['an unknown model', chat, { ...valid, model: 'nope' }, 404, 'model_not_found', 'model'],
    [
      'an unknown context field',
      chat,
      { ...valid, context: { persna: 'x' } },
      400,
      'invalid_value',
      'context.persna',
    ],
    [
      'an unknown persona',
      chat,
      { ...valid, context: { persona: 'x' } },
      404,
      'persona_not_found',
      'context.persona',
    ],
    [
      'an oversized body',
      chat,
      { ...valid, pad: 'x'.repeat(1000) },
      413,
      'request_too_large',
      null,
    ],
    ['an unknown prompt', '/prompts/default/nope', {}, 404, 'prompt_not_found', 'context.prompt'],
    [
      'a missing parameter',
      '/prompts/default/summarise',
      {},
      400,
      'invalid_prompt_parameter',
      'parameters.text',
    ],
    [
      'a wrong parameter',
      '/prompts/default/summarise',
      { text: 7 },
      400,
      'invalid_prompt_parameter',
      'parameters.text',
    ],
    [
      'an unknown version',
      '/prompts/default/summarise',
      { parameters: { text: 'x' }, version: '9' },
      404,
      'prompt_version_not_found',
      'context.prompt',
    ],
    ['an unknown path', '/v1/nothing', {}, 404, 'unknown_url', null],
  ])('%s', async (_name, path, body, status, code, param) => {
    const gateway = await start()
    const response = await gateway.post(path, body)
    expect(response.status).toBe(status)
    expect(response.headers.get('x-fairlead-request-id')).toMatch(/^req_/)
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(error).toEqual({
      message: expect.stringMatching(/.{20}/) as string,
      type: 'invalid_request_error',
      param,
      code,
    })
    const after = await gateway.chat(valid)
    expect(after.status).toBe(200)
  })

  it.each([
    ['/v1/images/generations', { error: { code: 'unknown_url' } }],
    ['/v1/messages/batches', { type: 'error', error: { type: 'not_found_error' } }],
    ['/v1beta/nothing', { error: { status: 'NOT_FOUND' } }],
    ['/v1beta/models/m:embedContent', { error: { status: 'NOT_FOUND' } }],
    ['/v1/models/m:embedContent', { error: { status: 'NOT_FOUND' } }],
    ['/api/pull', { error: expect.stringContaining('POST /api/chat') as string }],
  ])('%s is not served, which is said as the API around it does', async (path, body) => {
    const gateway = await start()
    const response = await gateway.post(path, {})
    expect(response.status).toBe(404)
    expect(response.headers.get('allow')).toBeNull()
    expect(await response.json()).toMatchObject(body)
  })

  it.each([
    'x-fairlead-conversation',
    'x-fairlead-persona',
    'x-fairlead-strategy',
    'x-fairlead-prompt',
    'Idempotency-Key',
  ])('an empty %s is not taken for an absent one', async (name) => {
    const gateway = await start()
    const response = await gateway.chat(valid, { [name]: '' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_value', param: name } })
  })

  it('another content type is a 415', async () => {
    const gateway = await start()
    const response = await gateway.chat(valid, { 'content-type': 'text/plain' })
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ error: { code: 'unsupported_media_type' } })
  })

  it('a compressed body is a 415', async () => {
    const gateway = await start()
    const response = await gateway.chat(valid, { 'content-encoding': 'gzip' })
    expect(response.status).toBe(415)
  })

  it('another method is a 405 that names the right one', async () => {
    const gateway = await start()
    const response = await fetch(`${gateway.url}${chat}`)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  it('an oversized body is rejected before it is sent', async () => {
    const gateway = await start()
    const answer = await rawRequest(
      gateway.port,
      `POST ${chat} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer.toLowerCase()).toContain('connection: close')
  })

  it('an oversized body of unknown length is cut off', async () => {
    const gateway = await start()
    const chunk = 'x'.repeat(2000)
    const answer = await rawRequest(
      gateway.port,
      `POST ${chat} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n${chunk}\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })
})

/** Sends the bytes and returns everything received until the connection closes. */
function rawRequest(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

describe('what is not an HTTP request', () => {
  it.each([
    ['a broken request line', 'NONSENSE\r\n\r\n', '400 Bad Request'],
    [
      'headers beyond 16 KB',
      `GET /v1/models HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ])('such as %s is refused in the same shape', async (_name, bytes, status) => {
    const gateway = await start()
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    socket.write(bytes)
    let answer = ''
    for await (const part of socket) answer += String(part)
    const [head = '', text = ''] = answer.split('\r\n\r\n')
    expect(head).toContain(`HTTP/1.1 ${status}`)
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'invalid_request' } })
  })
})
