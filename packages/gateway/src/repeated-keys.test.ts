import { describe, expect, it } from 'vitest'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, json, sse } from './test-support/upstream.ts'

/** Looks like no vendor's key, and has a character that some servers escape. */
const key = 'plain/key0123456789'

const error = {
  message: `The account of ${key} does not allow this`,
  type: 'invalid_request_error',
  code: `no-${key}`,
  param: key,
}
const text = JSON.stringify({ error })

const inBytes =
  (status: number, headers: Readonly<Record<string, string>>, body: string): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body)
  }

describe('a provider that repeats the key that it was asked with', () => {
  it.each<[string, Answer, boolean]>([
    ['in an error', json(400, { error }), false],
    ['in an error, escaped', inBytes(400, {}, text.replaceAll('/', '\\/')), false],
    ['in an error with status 200', json(200, { error }), false],
    ['in the error of a stream', sse(`data: ${text}\n\n`), true],
    ['where it names its encoding', inBytes(200, { 'content-encoding': key }, '{}'), false],
  ])('%s, tells it nobody', async (_name, answer, stream) => {
    const upstream = await testUpstream(answer)
    const gateway = await testGateway({
      providers: [keyedProvider('one', { baseURL: upstream.url })],
      routes: [routeOf('all', [{ provider: 'one' }])],
      secrets: { one: key },
    })
    const response = await gateway.chat(
      { model: 'm', stream, messages: [{ role: 'user', content: 'hi' }] },
      { 'x-fairlead-explain': 'attempts' },
    )
    expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${key}`)
    const told = [await response.text(), ...response.headers]
    expect(JSON.stringify([told, gateway.logs, gateway.report()])).not.toMatch(
      /plain.{1,4}key0123456789/,
    )
    expect(told[0]).toContain('[redacted]')
  })
})
