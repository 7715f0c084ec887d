import { createHmac } from 'node:crypto'
import { FakeClock } from '@fairlead/base/testing'
import type { TokenIssuerSettings } from '@fairlead/snapshot'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  consumerOf,
  routeOf,
  simulatorOf,
  type SnapshotParts,
  snapshotOf,
} from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'
import { issuerOf, testIssuer, type TestIssuer } from './test-support/token-issuer.ts'

const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const authentication = (
  issuers: readonly TokenIssuerSettings[],
  methods: readonly ('APIKey' | 'JWT')[] = ['APIKey', 'JWT'],
) => ({ methods, issuers, serviceAccounts: undefined, clientCertificates: undefined })

interface Told {
  readonly status: number
  readonly code: string | undefined
  readonly message: string
}

async function start(
  settings: Partial<TokenIssuerSettings> = {},
  parts: SnapshotParts & { readonly secrets?: Record<string, string> } = {},
) {
  const clock = new FakeClock()
  const issuer = await testIssuer(() => clock.now())
  const snapshot: SnapshotParts = {
    providers: [simulatorOf('simulator')],
    consumers: [consumerOf('app', { groups: ['staff'] })],
    ...parts,
    gateway: {
      auth: 'Required',
      authentication: authentication([issuerOf(issuer.url, settings)]),
      ...parts.gateway,
    },
  }
  const gateway = await testGateway({
    ...snapshot,
    secrets: { app: 'an-api-key', ...parts.secrets },
    options: { clock },
  })
  const ask = async (token: string): Promise<Told> => {
    const response = await gateway.chat(body, bearer(token))
    const { error } = (await response.json()) as { error?: { code: string; message: string } }
    return { status: response.status, code: error?.code, message: error?.message ?? '' }
  }
  return { ask, clock, gateway, issuer, snapshot }
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token', () => {
  it('stands for the Consumer that its claim names, and is told from an API key', async () => {
    const { ask, gateway, issuer } = await start()
    const token = await issuer.token({ email: 'ada@example.com', groups: ['eu', 'beta'] })
    expect(await ask(token)).toMatchObject({ status: 200 })
    expect(await ask(token)).toMatchObject({ status: 200 })
    expect(await ask('an-api-key')).toMatchObject({ status: 200 })
    const [first, , byKey] = gateway.logs.filter(({ fields }) => 'authMethod' in fields)
    expect(first?.fields).toMatchObject({
      consumer: 'default/app',
      authMethod: 'JWT',
      endUser: 'ada@example.com',
    })
    expect(byKey?.fields).toMatchObject({ consumer: 'default/app', authMethod: 'APIKey' })
    expect(JSON.stringify(gateway.logs)).not.toContain(token.slice(-20))
  })

  it('adds its groups to those of the Consumer', async () => {
    const match = { groups: ['eu'] }
    const { ask, issuer } = await start(
      {},
      {
        gateway: { defaultProviders: [] },
        routes: [routeOf('eu', [{ provider: 'simulator' }], { match })],
      },
    )
    expect(await ask(await issuer.token({ groups: 'other eu' }))).toMatchObject({ status: 200 })
    expect(await ask(await issuer.token())).toMatchObject({ status: 404 })
  })

  it.each<[string, Record<string, unknown>, object, string]>([
    ['another audience', { aud: 'other' }, {}, 'audience'],
    ['no audience', { aud: undefined }, {}, 'audience'],
    ['the end of its time', { exp: 1 }, {}, 'expired'],
    ['no end', { exp: undefined }, {}, 'expires'],
    ['a beginning in the future', { nbf: 1e11 }, {}, 'not valid yet'],
    ['another issuer', { iss: 'https://evil.example.com' }, {}, 'issuer'],
    ['a type that is for something else', {}, { typ: 'logout+jwt' }, 'type'],
    ['another token in it', {}, { cty: 'JWT' }, 'another token'],
    ['an unknown key', {}, { kid: 'nobody' }, 'key'],
    ['deep claims', { a: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }, {}, 'deeper'],
    ['many claims', { a: 'x'.repeat(10_000) }, {}, 'longer'],
    ['many groups', { groups: 'g '.repeat(257) }, {}, 'names 257 groups, and may name 256'],
    ['an end that is a text', { exp: '99999999999' }, {}, 'expires'],
    ['an end before all time', { exp: -1e20 }, {}, 'expired'],
    ['a beginning that is a text', { nbf: '1' }, {}, 'nbf'],
    ['an audience that only looks like a pattern', { aud: ['*', 'fair*'] }, {}, 'audience'],
    ['no audience in its list', { aud: [] }, {}, 'audience'],
    ['an issuer with a slash at its end', { iss: 'slash' }, {}, 'issuer'],
    ['a type that is no text', {}, { typ: 'JWE' }, 'type'],
  ])('with %s is refused', async (_, claims, header, reason) => {
    const { ask, gateway, issuer } = await start()
    const slashed = claims['iss'] === 'slash' ? { iss: `${issuer.url}/` } : {}
    const token = await issuer.token({ ...claims, ...slashed }, header)
    const told = await ask(token)
    expect(told).toMatchObject({ status: 401, code: 'invalid_token' })
    expect(told.message).toContain(reason)
    expect(told.message).not.toContain('evil')
    const answer = await gateway.chat(body, bearer(token))
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
  })

  it('with an extension that must be understood is refused', async () => {
    const { ask, issuer } = await start()
    const [, claims = '', signature = ''] = (await issuer.token()).split('.')
    const header = encoded({ alg: 'ES256', kid: 'key-1', crit: ['x'], x: 1 })
    expect(await ask(`${header}.${claims}.${signature}`)).toMatchObject({ code: 'invalid_token' })
  })

  it('without a signature, or with one made with the public key, is refused', async () => {
    const { ask, issuer } = await start({ algorithms: ['ES256', 'RS256'] })
    const good = await issuer.token()
    const [header = '', claims = '', signature = ''] = good.split('.')
    const none = `${encoded({ alg: 'none' })}.${claims}.`
    const confused = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${claims}`
    const secret = JSON.stringify(await issuer.publicKey())
    const forged = createHmac('sha256', secret).update(confused).digest('base64url')
    const other = `${signature.slice(0, -4)}${signature.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
    const tokens = [
      none,
      `${confused}.${forged}`,
      `${header}.${claims}.${other}`,
      `${header}.${claims}.`,
    ]
    for (const token of tokens) {
      expect(await ask(token)).toMatchObject({ status: 401, code: 'invalid_token' })
    }
    expect(await ask(good)).toMatchObject({ status: 200 })
  })

  it('may be a little early or late', async () => {
    const { ask, clock, issuer } = await start({ clockSkewMs: 60_000 })
    const nowS = Math.floor(clock.now() / 1000)
    expect(await ask(await issuer.token({ nbf: nowS + 50 }))).toMatchObject({ status: 200 })
    const token = await issuer.token({ exp: nowS + 10 })
    expect(await ask(token)).toMatchObject({ status: 200 })
    await clock.advance(69_000)
    expect(await ask(token)).toMatchObject({ status: 200 })
    await clock.advance(2_000)
    expect(await ask(token)).toMatchObject({
      status: 401,
      message: expect.stringContaining('expired'),
    })
  })

  it('must have the required claims', async () => {
    const { ask, issuer } = await start({ requiredClaims: [{ name: 'realm.roles', value: 'llm' }] })
    expect(await ask(await issuer.token())).toMatchObject({ code: 'invalid_token' })
    expect(await ask(await issuer.token({ realm: { roles: ['x', 'llm'] } }))).toMatchObject({
      status: 200,
    })
  })

  it('of nobody that is configured here is 403, unless anybody may call', async () => {
    const { ask, gateway, issuer, snapshot } = await start()
    const token = await issuer.token({ sub: 'stranger' })
    expect(await ask(token)).toMatchObject({ status: 403, code: 'unknown_consumer' })
    const open = authentication([issuerOf(issuer.url, { consumers: 'Any' })])
    gateway.snapshots.set(
      snapshotOf({
        ...snapshot,
        hash: 'sha256:any',
        gateway: { auth: 'Required', authentication: open },
      }),
    )
    expect(await ask(token)).toMatchObject({ status: 200 })
    const mine = { ...bearer(token), 'x-fairlead-conversation': 'mine' }
    expect((await gateway.chat(body, mine)).status).toBe(200)
    const found = (headers: Record<string, string>) =>
      fetch(`${gateway.url}/v1/conversations/mine`, { headers }).then(({ status }) => status)
    expect(await found(bearer(token))).toBe(200)
    expect(await found(bearer(await issuer.token({ sub: 'other' })))).toBe(404)
    expect(await found(bearer('an-api-key'))).toBe(404)
  })

  it('is no way in where tokens are not accepted, and keys are none where only tokens are', async () => {
    const keysOnly = await start(
      {},
      { gateway: { authentication: authentication([], ['APIKey']) } },
    )
    expect(await keysOnly.ask(await keysOnly.issuer.token())).toMatchObject({
      code: 'invalid_api_key',
    })
    const { ask, gateway, issuer, snapshot } = await start()
    const tokensOnly = authentication([issuerOf(issuer.url)], ['JWT'])
    gateway.snapshots.set(
      snapshotOf({
        ...snapshot,
        hash: 'sha256:t',
        gateway: { auth: 'Required', authentication: tokensOnly },
      }),
    )
    expect(await ask('an-api-key')).toMatchObject({ code: 'invalid_token' })
    expect(await ask(await issuer.token())).toMatchObject({ status: 200 })
  })
})

describe('the keys of an issuer', () => {
  it('are fetched again for a key that is new, at most every 10 seconds', async () => {
    const { ask, clock, issuer } = await start()
    expect(await ask(await issuer.token())).toMatchObject({ status: 200 })
    await issuer.rotate('Keep')
    expect(await ask(await issuer.token())).toMatchObject({ status: 200 })
    expect(issuer.keyRequests).toBe(2)
    const flood = Array.from({ length: 50 }, async (_, index) =>
      ask(await issuer.token({}, { kid: `invented-${index}` })),
    )
    const told = await Promise.all(flood)
    expect(new Set(told.map(({ code }) => code))).toEqual(new Set(['invalid_token']))
    expect(issuer.keyRequests).toBe(2)
    await clock.advance(10_000)
    await ask(await issuer.token({}, { kid: 'invented' }))
    expect(issuer.keyRequests).toBe(3)
  })

  it('are fetched again for a signature that none of them has made', async () => {
    const { ask, issuer } = await start()
    const first = await issuer.token()
    expect(await ask(first)).toMatchObject({ status: 200 })
    await issuer.rotate('Drop')
    const unnamed = await issuer.token({}, { kid: 'key-1' })
    expect(await ask(unnamed)).toMatchObject({ code: 'invalid_token' })
    expect(await ask(await issuer.token())).toMatchObject({ status: 200 })
    expect(await ask(first)).toMatchObject({ code: 'invalid_token' })
    expect(issuer.keyRequests).toBe(2)
  })

  it('are 503 for a key that is new while the issuer cannot be reached, however often', async () => {
    const { ask, clock, issuer } = await start()
    const old = await issuer.token()
    expect(await ask(old)).toMatchObject({ status: 200 })
    await issuer.rotate('Drop')
    issuer.answerWith(500)
    const token = await issuer.token()
    for (let index = 0; index < 3; index += 1) {
      expect(await ask(token)).toMatchObject({ status: 503, code: 'issuer_unavailable' })
    }
    expect(await ask(old)).toMatchObject({ status: 200 })
    const [header = '', claims = ''] = old.split('.')
    const forged = `${header}.${claims}.${'A'.repeat(86)}`
    expect(await ask(forged)).toMatchObject({ status: 401 })
    issuer.answerWith(200)
    await clock.advance(10_000)
    expect(await ask(token)).toMatchObject({ status: 200 })
  })

  it('that are gone revoke the tokens that they signed', async () => {
    const { ask, clock, issuer } = await start()
    const token = await issuer.token()
    expect(await ask(token)).toMatchObject({ status: 200 })
    await issuer.rotate('Drop')
    // Half of what the issuer allows keys to be used for has to pass until they are looked at again.
    await clock.advance(280_000)
    expect(await ask(await issuer.token({ sub: 'app', n: 1 }))).toMatchObject({ status: 200 })
    expect(await ask(token)).toMatchObject({ code: 'invalid_token' })
  })

  it('stay in use while the issuer cannot be reached, for a day', async () => {
    const { ask, clock, gateway, issuer } = await start()
    const day = 86_400
    const nowS = Math.floor(clock.now() / 1000)
    const token = await issuer.token({ exp: nowS + 3 * day })
    expect(await ask(token)).toMatchObject({ status: 200 })
    issuer.answerWith(500)
    await clock.advance((day - 60) * 1000)
    expect(await ask(token)).toMatchObject({ status: 200 })
    await expect
      .poll(() => gateway.report().problems)
      .toMatchObject([{ reason: 'IssuerUnavailable' }])
    await clock.advance(61_000)
    expect(await ask(token)).toMatchObject({ status: 503, code: 'issuer_unavailable' })
    expect(await ask('an-api-key')).toMatchObject({ status: 200 })
    issuer.answerWith(200)
    await clock.advance(30_000)
    expect(await ask(token)).toMatchObject({ status: 200 })
    expect(gateway.report().problems).toEqual([])
  })

  it('that never came are a 503 for its own tokens alone, with a time to try again', async () => {
    const clock = new FakeClock()
    const [one, other] = [await testIssuer(() => clock.now()), await testIssuer(() => clock.now())]
    one.answerWith(500)
    const gateway = await testGateway({
      gateway: {
        auth: 'Required',
        authentication: authentication([issuerOf(one.url), issuerOf(other.url, { name: 'other' })]),
      },
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf('app')],
      secrets: { app: 'an-api-key' },
      options: { clock },
    })
    const ask = async (issuer: TestIssuer) => gateway.chat(body, bearer(await issuer.token()))
    const refused = await ask(one)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask(other)).status).toBe(200)
    expect((await gateway.chat(body, bearer('an-api-key'))).status).toBe(200)
    one.answerWith(200)
    await clock.advance(1_000)
    expect((await ask(one)).status).toBe(200)
  })

  it('may be in a Secret: public ones, and shared ones where HS is allowed', async () => {
    const secretRef = { namespace: 'default', name: 'keys', key: 'jwks' }
    const shared = Buffer.alloc(32, 7)
    const jwks = JSON.stringify({ keys: [{ kty: 'oct', k: shared.toString('base64url') }] })
    const keys = { from: 'Secret' as const, secret: secretRef }
    const { ask, clock, gateway, issuer } = await start(
      { keys, algorithms: ['ES256', 'HS256'] },
      { secrets: { keys: jwks } },
    )
    const nowS = Math.floor(clock.now() / 1000)
    const signed = await new SignJWT({
      iss: issuer.url,
      aud: 'fairlead',
      sub: 'app',
      exp: nowS + 60,
    })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(shared)
    expect(await ask(signed)).toMatchObject({ status: 200 })
    const publicKey = await issuer.publicKey()
    gateway.secrets.set('keys', JSON.stringify({ keys: [publicKey] }))
    expect(await ask(signed)).toMatchObject({ code: 'invalid_token' })
    expect(await ask(await issuer.token())).toMatchObject({ status: 200 })
    gateway.secrets.set('keys', 'nothing')
    expect(await ask(await issuer.token())).toMatchObject({ code: 'issuer_unavailable' })
    expect(gateway.report().problems).toMatchObject([{ reason: 'IssuerUnavailable' }])
  })
})
