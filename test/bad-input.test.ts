import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { openaiSdk, post } from './support/sdk.ts'
import { eventStream, json, startUpstream, type Answer, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

let fairlead: FairleadProcess
let upstream: Upstream
beforeAll(async () => {
  ;[fairlead, upstream] = await Promise.all([startFairlead(), startUpstream(json({}))])
  const { kubectl } = fairlead
  await kubectl.apply(
    manifest('LLMGateway', 'default', {
      auth: { mode: 'Required' },
      egress: { privateNetworks: 'Allow' },
      defaults: { model: 'assistant', providers: [{ name: 'simulator' }] },
      limits: { maxRequestBytes: 100_000, requestTimeout: '3s', firstTokenTimeout: '1s' },
    }),
  )
  await kubectl.apply(secret('bad-key', 'api-key', 'sk-upstream-secret'))
  await kubectl.apply(provider('bad', 'OpenAI', `${upstream.url}/v1`))
  await kubectl.apply(
    provider('bad-anthropic', 'Anthropic', `${upstream.url}/v1`, {
      credentials: [{ name: 'main', secretRef: { name: 'bad-key', key: 'api-key' } }],
    }),
  )
  await kubectl.apply(
    provider('nowhere', 'OpenAI', 'http://127.0.0.1:1/v1', {
      credentials: [{ name: 'main', secretRef: { name: 'bad-key', key: 'api-key' } }],
    }),
  )
  await kubectl.apply(
    provider('metadata', 'OpenAI', 'http://169.254.169.254/v1', {
      credentials: [{ name: 'main', secretRef: { name: 'bad-key', key: 'api-key' } }],
    }),
  )
  for (const name of ['bad', 'bad-anthropic', 'nowhere', 'metadata']) {
    await kubectl.apply(route(name, `${name}-model`, name))
  }
  await waitFor('the last route', async () => (await call('metadata-model')).status === 502)
}, 90_000)
afterAll(async () => {
  await Promise.all([fairlead[Symbol.asyncDispose](), upstream.stop()])
})

const chat = (model: string, more: object = {}) => ({
  model,
  messages: [{ role: 'user', content: 'hi' }],
  ...more,
})
const call = (model: string, more: object = {}) =>
  post(fairlead.endpoints, '/v1/chat/completions', chat(model, more))

interface ErrorBody {
  readonly error: { message: string; type: string; code: string; param: string | null }
}

/** The requirements for every error response. */
async function expectError(response: Response, status: number, code: string): Promise<ErrorBody> {
  const body = (await response.json()) as ErrorBody
  expect({ status: response.status, code: body.error.code }).toEqual({ status, code })
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(response.headers.get('x-fairlead-request-id')).toBeTruthy()
  expect(body.error.message.length).toBeGreaterThan(10)
  expect(body.error.type).toBeTruthy()
  expect(JSON.stringify(body)).not.toContain('sk-upstream-secret')
  return body
}

describe('a wrong call', () => {
  it('without a key, or with a wrong one, is 401', async () => {
    const path = '/v1/chat/completions'
    const bare = await post(fairlead.endpoints, path, chat('assistant'), { authorization: '' })
    await expectError(bare, 401, 'missing_api_key')
    const wrong = await post(fairlead.endpoints, path, chat('assistant'), {
      authorization: 'Bearer nope',
    })
    const { error } = await expectError(wrong, 401, 'invalid_api_key')
    expect(error.message).not.toContain('nope')
  })

  it.each([
    ['malformed JSON', '{"model": ', 400, 'invalid_json'],
    ['JSON that is no object', '[]', 400, 'invalid_value'],
    ['no messages', { model: 'assistant' }, 400, 'missing_required_parameter'],
    ['messages of a wrong type', { model: 'assistant', messages: 'hi' }, 400, 'invalid_value'],
    ['an unknown model', chat('no-such-model'), 404, 'model_not_found'],
  ])('with %s is refused', async (_what, body, status, code) => {
    await expectError(await post(fairlead.endpoints, '/v1/chat/completions', body), status, code)
  })

  it('with another content type is 415', async () => {
    const response = await post(fairlead.endpoints, '/v1/chat/completions', 'model=assistant', {
      'content-type': 'application/x-www-form-urlencoded',
    })
    await expectError(response, 415, 'unsupported_media_type')
  })

  it('with too large a body is 413, declared or not', async () => {
    const body = chat('assistant', { padding: 'x'.repeat(200_000) })
    const response = await post(fairlead.endpoints, '/v1/chat/completions', body)
    await expectError(response, 413, 'request_too_large')
    expect(await chunkedStatus(JSON.stringify(body))).toBe(413)
  })

  it('to a path that is not served is 404 and says what is', async () => {
    const response = await post(fairlead.endpoints, '/v1/images/generations', {})
    const { error } = await expectError(response, 404, 'unknown_url')
    expect(error.message).toContain('/v1/chat/completions')
  })

  it('to an unknown prompt, or without its parameter, names it', async () => {
    const unknown = await post(fairlead.endpoints, '/prompts/default/nothing', {})
    await expectError(unknown, 404, 'prompt_not_found')
    const missing = await post(fairlead.endpoints, '/prompts/default/summarise', {})
    const { error } = await expectError(missing, 400, 'invalid_prompt_parameter')
    expect(error.message).toContain('text')
  })

  it('to an unknown conversation of ours is 404', async () => {
    const response = await post(fairlead.endpoints, '/v1/chat/completions', chat('assistant'), {
      'x-fairlead-conversation': 'conv_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    })
    await expectError(response, 404, 'conversation_not_found')
  })
})

describe.each(['bad-model', 'bad-anthropic-model'])('an upstream failure of %s', (model) => {
  const failing = async (answer: Answer, more: object = {}) => {
    upstream.answer = answer
    return call(model, more)
  }

  it('401 is ours to mend: 502', async () => {
    const refused = json({ error: { message: 'Incorrect API key: sk-upstream-secret' } }, 401)
    await expectError(await failing(refused), 502, 'upstream_authentication')
  })

  it('429 is passed on with its Retry-After', async () => {
    const limited = json({ error: { message: 'slow down' } }, 429, { 'retry-after': '7' })
    const response = await failing(limited)
    expect(response.headers.get('retry-after')).toBe('7')
    await expectError(response, 429, 'rate_limit_exceeded')
  })

  it('500 is 502', async () => {
    const response = await failing(json({ error: { message: 'boom' } }, 500))
    await expectError(response, 502, 'upstream_error')
  })

  it('silence is 504: after the first-token timeout on a stream, else the request timeout', async () => {
    const silent: Answer = (held) => new Promise((resolve) => held.once('close', () => resolve()))
    await expectError(await failing(silent, { stream: true }), 504, 'upstream_timeout')
    await expectError(await failing(silent), 504, 'request_timeout')
  })

  it('a closed connection is 502', async () => {
    const response = await failing((held) => void held.destroy())
    await expectError(response, 502, 'upstream_unreachable')
  })

  it('a cut stream is an error at the end, never a silent success', async () => {
    const started =
      model === 'bad-model'
        ? 'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"half"},"finish_reason":null}]}\n\n'
        : 'event: message_start\ndata: {"type":"message_start","message":{"id":"1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}\n\n' +
          'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n' +
          'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"half"}}\n\n'
    upstream.answer = eventStream(started)
    const stream = await openaiSdk(fairlead.endpoints).chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
    })
    let text = ''
    const read = async () => {
      for await (const piece of stream) text += piece.choices[0]?.delta.content ?? ''
    }
    await expect(read()).rejects.toThrow('before')
    expect(text).toBe('half')
  })
})

describe('a translated upstream that answers garbage', () => {
  it.each(['<html>hello</html>', '{"type":"message"', '42'])('%s is 502', async (garbage) => {
    upstream.answer = json(garbage)
    await expectError(await call('bad-anthropic-model'), 502, 'upstream_invalid_response')
  })
})

describe('an address', () => {
  it('where nobody listens is 502', async () => {
    await expectError(await call('nowhere-model'), 502, 'upstream_unreachable')
  })

  it('of the link-local range is never called', async () => {
    await expectError(await call('metadata-model'), 502, 'egress_denied')
  })
})

describe('a client that leaves', () => {
  it('cancels the call upstream', async () => {
    const before = upstream.requests.length
    upstream.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n')
      return new Promise((resolve) => response.once('close', () => resolve()))
    }
    const leaving = new AbortController()
    const response = await fetch(`${fairlead.endpoints.gateway}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${fairlead.endpoints.apiKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(chat('bad-model', { stream: true })),
      signal: leaving.signal,
    })
    await response.body?.getReader().read()
    leaving.abort()
    await upstream.requests[before]?.abandoned
  })
})

describe('after all that', () => {
  it('Fairlead still answers, and has logged no secret', async () => {
    expect((await call('assistant')).status).toBe(200)
    expect(fairlead.log()).not.toContain('sk-upstream-secret')
    expect(fairlead.log()).not.toContain(fairlead.endpoints.apiKey)
    const all = await fairlead.kubectl('get', 'fairlead', '-A', '-o', 'yaml')
    expect(all).not.toContain('sk-upstream-secret')
    const metrics = await (await fetch(`${fairlead.endpoints.admin}/metrics`)).text()
    expect(metrics).not.toContain('sk-upstream-secret')
  })
})

/** Sends a body without declaring its length. */
function chunkedStatus(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(fairlead.endpoints.gateway)
    const sent = request(
      {
        hostname,
        port,
        path: '/v1/chat/completions',
        method: 'POST',
        headers: {
          authorization: `Bearer ${fairlead.endpoints.apiKey}`,
          'content-type': 'application/json',
          'transfer-encoding': 'chunked',
        },
      },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
