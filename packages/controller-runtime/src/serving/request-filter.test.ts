import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { ConnectionError } from '../client/connection-error.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { AccessReviews } from './access-reviews.ts'
import type { HttpRequest } from './http-handler.ts'
import { withAuthenticationAndAuthorization } from './request-filter.ts'

describe('withAuthenticationAndAuthorization', () => {
  const logger = new RecordingLogger()

  function guarded(answers: { TokenReview?: object; SubjectAccessReview?: object }) {
    const asked: unknown[] = []
    const create = (_: unknown, object: { kind: keyof typeof answers; spec: unknown }) => {
      asked.push(object.spec)
      const status = answers[object.kind]
      return status === undefined
        ? Promise.reject(new ConnectionError('the server is away'))
        : Promise.resolve({ ...object, status })
    }
    const clock = new FakeClock()
    const reviews = new AccessReviews({ create } as never, clock)
    const filter = withAuthenticationAndAuthorization(reviews, logger)
    const handle = filter(() => ({ status: 200 }))
    const ask = async (authorization?: string) =>
      handle({ method: 'GET', path: '/metrics', headers: { authorization } } as HttpRequest)
    return { ask, asked, clock }
  }
  const known = { authenticated: true, user: { username: 'jo', groups: ['g'], uid: 'u' } }

  it('asks as whom and for what', async () => {
    const { ask, asked } = guarded({ TokenReview: known, SubjectAccessReview: { allowed: true } })
    expect((await ask('bearer abc')).status).toBe(200)
    expect(asked).toEqual([
      { token: 'abc' },
      {
        user: 'jo',
        groups: ['g'],
        uid: 'u',
        nonResourceAttributes: { path: '/metrics', verb: 'get' },
      },
    ])
    await ask('Bearer abc')
    expect(asked).toHaveLength(2)
  })

  it.each([undefined, '', 'Basic abc', 'Bearer', 'Bearer a b'])('refuses %j', async (header) => {
    const { ask, asked } = guarded({ TokenReview: known, SubjectAccessReview: { allowed: true } })
    expect((await ask(header)).status).toBe(401)
    expect(asked).toEqual([])
  })

  it('refuses a token that the API server does not know, and who is not allowed', async () => {
    const unknown = guarded({ TokenReview: { authenticated: false } })
    expect((await unknown.ask('Bearer abc')).status).toBe(401)
    const denied = guarded({ TokenReview: known, SubjectAccessReview: { allowed: false } })
    expect(await denied.ask('Bearer abc')).toMatchObject({
      status: 403,
      body: 'Authorization denied for user jo\n',
    })
  })

  it('asks again soon about a token that was not accepted: an authenticator may have been away', async () => {
    const answers = { TokenReview: { authenticated: false, error: 'the authenticator is away' } }
    const { ask, asked, clock } = guarded(answers)
    expect((await ask('Bearer abc')).status).toBe(401)
    await clock.advance(9_999)
    await ask('Bearer abc')
    expect(asked).toHaveLength(1)
    await clock.advance(1)
    await ask('Bearer abc')
    expect(asked).toHaveLength(2)
  })

  it('says that it could not ask, and logs why, without the token', async () => {
    expect(await guarded({}).ask('Bearer secret')).toMatchObject({
      status: 500,
      body: 'Authentication failed\n',
    })
    expect(await guarded({ TokenReview: known }).ask('Bearer secret')).toMatchObject({
      status: 500,
      body: 'Authorization for user jo failed\n',
    })
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Authentication failed',
      'Authorization for user jo failed',
    ])
    expect(JSON.stringify(logger.lines)).not.toContain('secret')
  })
})
