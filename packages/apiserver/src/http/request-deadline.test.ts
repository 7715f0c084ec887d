import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'

import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { withDeadline } from './request-deadline.ts'

function request(target: string): ApiRequest {
  const { pathname: path, searchParams: query } = new URL(target, 'https://server')
  return {
    method: 'GET',
    path,
    query,
    host: 'server',
    accept: '*/*',
    contentType: '',
    userAgent: '',
    ifNoneMatch: '',
    body: Buffer.of(),
    user: { name: 'jane', groups: [] },
    warn: () => {},
  }
}

function slowHandler() {
  const clock = new FakeClock()
  const { promise, resolve } = Promise.withResolvers<Handled>()
  const seen: ApiRequest[] = []
  const handle = withDeadline((received) => {
    seen.push(received)
    return promise
  }, clock)
  return { clock, handle, seen, resolve }
}

const message = 'Timeout: request did not complete within the allotted timeout'

describe('the deadline of a request', () => {
  it.each([
    ['/api/v1/pods', 60_000],
    ['/api/v1/pods?timeout=0s', 60_000],
    ['/api/v1/pods?timeout=5m', 60_000],
    ['/api/v1/pods?timeout=1.5s', 1_500],
  ])('of %s is in %d ms', async (target, ms) => {
    const { clock, handle, seen } = slowHandler()
    const answer = Promise.resolve(handle(request(target)))
    const refused = expect(answer).rejects.toMatchObject({ code: 504, reason: 'Timeout', message })
    await clock.advance(ms - 1)
    expect(seen[0]?.deadline?.passed).toBe(false)
    await clock.advance(1)
    expect(seen[0]?.deadline?.passed).toBe(true)
    await refused
  })

  it('counts the time in which the body came', async () => {
    const { clock, handle, seen } = slowHandler()
    const receivedMs = clock.monotonicMs()
    const posted = { ...request('/api/v1/pods?timeout=1s'), receivedMs }
    await clock.advance(900)
    const refused = expect(Promise.resolve(handle(posted))).rejects.toMatchObject({ code: 504 })
    await clock.advance(99)
    expect(seen[0]?.deadline?.passed).toBe(false)
    await clock.advance(1)
    await refused
    expect(() => handle(posted)).toThrow(message)
    expect(seen).toHaveLength(1)
  })

  it('leaves no timer for an answer that came in time', async () => {
    const { clock, handle, resolve } = slowHandler()
    const answer = handle(request('/api/v1/pods'))
    resolve(jsonResponse(200, {}))
    expect(await answer).toMatchObject({ status: 200 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('is none for what runs long, and not malformed', () => {
    const { handle, seen } = slowHandler()
    void handle(request('/api/v1/pods?watch=1&timeout=1s'))
    expect(seen[0]?.deadline).toBeUndefined()
    expect(() => handle(request('/api/v1/pods?timeout=soon'))).toThrow(
      'invalid timeout specified in the request URL - time: invalid duration "soon"',
    )
  })
})
