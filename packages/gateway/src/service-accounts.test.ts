import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import type { ReviewToken, TokenReview } from './access/tokens/service-account-tokens.ts'
import { consumerOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token as a pod has it; who vouches for it is the test's to say. */
const tokenOf = (account: string, claims: object = {}) =>
  `${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: 'https://kubernetes.default.svc', sub: `system:serviceaccount:${account}`, ...claims })}.c2lnbmVk`

async function start(consumers: 'Match' | 'Any' = 'Match') {
  const clock = new FakeClock()
  const asked: [string, readonly string[]][] = []
  const username = 'system:serviceaccount:shop:web'
  let answer: () => Promise<TokenReview> = () => Promise.resolve({ authenticated: true, username })
  const reviewToken: ReviewToken = (token, audiences) => {
    asked.push([token, audiences])
    return answer()
  }
  const gateway = await testGateway({
    gateway: {
      auth: 'Required',
      authentication: {
        methods: ['APIKey', 'ServiceAccount'],
        issuers: [],
        serviceAccounts: { audiences: ['fairlead'], consumers },
        clientCertificates: undefined,
      },
    },
    providers: [simulatorOf('simulator')],
    consumers: [consumerOf('app', { serviceAccounts: ['shop/web'] })],
    secrets: { app: 'an-api-key' },
    options: { clock, reviewToken },
  })
  return {
    asked,
    clock,
    gateway,
    answerWith: (next: typeof answer) => {
      answer = next
    },
    ask: async (token: string) => {
      const response = await gateway.chat(body, { authorization: `Bearer ${token}` })
      const code = /"code": ?"([a-z_]+)"/.exec(await response.text())?.[1]
      return code === undefined ? response.status : `${response.status} ${code}`
    },
  }
}

describe('the token of a ServiceAccount', () => {
  it('is the Consumer that lists it, for a minute after Kubernetes has said so', async () => {
    const { answerWith, ask, asked, clock, gateway } = await start()
    const token = tokenOf('shop:web')
    expect([await ask(token), await ask(token)]).toEqual([200, 200])
    expect(asked).toEqual([[token, ['fairlead']]])
    expect(gateway.logs.find(({ message }) => message === 'call')?.fields).toMatchObject({
      consumer: 'default/app',
      authMethod: 'ServiceAccount',
    })
    answerWith(() => Promise.resolve({ authenticated: false }))
    await clock.advance(59_000)
    expect(await ask(token)).toBe(200)
    await clock.advance(2_000)
    expect(await ask(token)).toBe('401 invalid_token')
  })

  it('is believed no longer than it says itself', async () => {
    const { ask, asked, clock } = await start()
    const token = tokenOf('shop:web', { exp: Math.floor(clock.now() / 1000) + 10 })
    expect(await ask(token)).toBe(200)
    await clock.advance(11_000)
    expect(await ask(token)).toBe(200)
    expect(asked).toHaveLength(2)
  })

  it.each([
    'system:serviceaccount:shop:other',
    'system:serviceaccount:shop:web:more',
    'system:serviceaccount:shop',
    'system:serviceaccount::web',
    'admin',
  ])('is that of whom Kubernetes names, not of whom it says itself: %s', async (username) => {
    const { answerWith, ask } = await start()
    answerWith(() => Promise.resolve({ authenticated: true, username }))
    expect(await ask(tokenOf('shop:web'))).toMatch(/^401 invalid_token|^403 unknown_consumer/)
  })

  it('is 503 while Kubernetes cannot be asked, and everybody else is served', async () => {
    const { answerWith, ask, clock } = await start()
    const known = tokenOf('shop:web')
    expect(await ask(known)).toBe(200)
    answerWith(() => Promise.reject(new Error('gone')))
    expect(await ask(tokenOf('shop:web', { jti: '2' }))).toBe('503 issuer_unavailable')
    expect([await ask(known), await ask('an-api-key')]).toEqual([200, 200])
    answerWith(() => new Promise(() => {}))
    const waiting = ask(tokenOf('shop:web', { jti: '3' }))
    await clock.timerOf(5_000)
    await clock.advance(6_000)
    expect(await waiting).toBe('503 issuer_unavailable')
  })

  it('of nobody that is listed is a caller of its own where that is wanted', async () => {
    const { answerWith, ask, gateway } = await start('Any')
    const username = 'system:serviceaccount:shop:other'
    answerWith(() => Promise.resolve({ authenticated: true, username }))
    expect(await ask(tokenOf('shop:other'))).toBe(200)
    expect(gateway.logs.find(({ message }) => message === 'call')?.fields).toMatchObject({
      consumer: '',
    })
  })
})
