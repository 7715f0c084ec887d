import { generateKeyPairSync } from 'node:crypto'

import { FakeClock } from '@fairlead/base/testing'
import { credentialFilesInMemory } from '@fairlead/pki'
import { beforeEach, describe, expect, it } from 'vitest'

import { memoryJournal } from '../storage/journal.ts'
import { JournaledStorage } from '../storage/journaled-storage.ts'
import { ServiceAccountTokens, type TokenOrder } from './service-account-token.ts'
import { tokenParts } from './token-claims.ts'
import { TokenKeys, type GivenTokenKeys } from './token-keys.ts'

const issuer = 'https://kubernetes.default.svc'
const account = { namespace: 'default', name: 'robot', uid: 'u1' }
const order: TokenOrder = { account, lifetimeSeconds: 600, audiences: [] }

let clock: FakeClock
let storage: JournaledStorage

beforeEach(() => {
  clock = new FakeClock()
  const history = { changes: 100, bytes: 1e6, bytesPerResource: 1e6 }
  storage = new JournaledStorage({ journal: memoryJournal(), history })
  put('serviceaccounts', 'robot', 'u1')
})

function put(resource: string, name: string, uid: string, namespace = 'default'): void {
  storage.create(
    { resource, namespace, name },
    { apiVersion: 'v1', kind: 'Any', metadata: { name, namespace, uid } },
  )
}

function remove(resource: string, name: string, namespace = 'default'): void {
  const key = { resource, namespace, name }
  storage.delete(key, storage.get(key)?.metadata.resourceVersion ?? '')
}

function open(given: GivenTokenKeys = {}, files = credentialFilesInMemory()): ServiceAccountTokens {
  const keys = new TokenKeys(files, given)
  return new ServiceAccountTokens({ keys, issuer, audiences: [issuer] }, storage, () => clock.now())
}

describe('tokens of service accounts', () => {
  it('say what those of Kubernetes say', () => {
    const token = open().issue({ ...order, bound: { node: { name: 'n' } } })
    const now = Math.floor(clock.now() / 1000)
    expect(tokenParts(token)?.payload).toEqual({
      aud: [issuer],
      exp: now + 600,
      iat: now,
      iss: issuer,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'kubernetes.io': {
        namespace: 'default',
        node: { name: 'n' },
        serviceaccount: { name: 'robot', uid: 'u1' },
      },
      nbf: now,
      sub: 'system:serviceaccount:default:robot',
    })
  })

  it('are their account, with its groups and the id of the token', () => {
    const tokens = open()
    const token = tokens.issue(order)
    const id = String(tokenParts(token)?.payload['jti'])
    expect(tokens.authenticate(token)).toEqual({
      audiences: [issuer],
      user: {
        name: 'system:serviceaccount:default:robot',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default'],
        uid: 'u1',
        extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${id}`] },
      },
    })
  })

  it('end a minute after their time, and with their account', async () => {
    const tokens = open()
    const token = tokens.issue(order)
    await clock.advance(659_000)
    expect(tokens.authenticate(token)).toHaveProperty('user')
    await clock.advance(2_000)
    expect(tokens.authenticate(token)).toEqual({ refused: 'service account token has expired' })
    const next = tokens.issue(order)
    remove('serviceaccounts', 'robot')
    expect(tokens.authenticate(next)).toEqual({ refused: 'serviceaccounts "robot" not found' })
    put('serviceaccounts', 'robot', 'u2')
    expect(tokens.authenticate(next)).toEqual({
      refused: 'service account UID (u2) does not match claim (u1)',
    })
  })

  it('end with what they are bound to', () => {
    put('pods', 'p', 'up')
    const tokens = open()
    const bound = { pod: { name: 'p', uid: 'up' }, node: { name: 'n', uid: 'un' } }
    const token = tokens.issue({ ...order, bound })
    expect(tokens.authenticate(token)).toMatchObject({
      user: {
        extra: {
          'authentication.kubernetes.io/pod-name': ['p'],
          'authentication.kubernetes.io/node-uid': ['un'],
        },
      },
    })
    remove('pods', 'p')
    const refused = 'service account token has been invalidated'
    expect(tokens.authenticate(token)).toEqual({ refused })
    put('pods', 'p', 'another')
    expect(tokens.authenticate(token)).toMatchObject({ refused: /pod UID \(another\)/ })
    const onNode = tokens.issue({ ...order, bound: { node: { name: 'n', uid: 'un' } } })
    expect(tokens.authenticate(onNode)).toEqual({ refused })
  })

  it('are for their audiences', () => {
    const tokens = open()
    const token = tokens.issue({ ...order, audiences: ['a', 'b'] })
    expect(tokens.authenticate(token, ['b', 'c'])).toMatchObject({ audiences: ['b'] })
    expect(tokens.authenticate(token)).toEqual({
      refused: `token audiences ["a" "b"] is invalid for the target audiences ["${issuer}"]`,
    })
  })

  it('are known after a restart, and by no other server', () => {
    const files = credentialFilesInMemory()
    const token = open({}, files).issue(order)
    expect(open({}, files).authenticate(token)).toHaveProperty('user')
    expect(open().authenticate(token)).toHaveProperty('refused')
  })

  it('are refused when they were changed, and unknown when they are none of ours', () => {
    const tokens = open()
    const [header, payload, signature = ''] = tokens.issue(order).split('.')
    for (const forged of ['', 'AAAA', signature.slice(0, -4), signature.toUpperCase()]) {
      const known = tokens.authenticate(`${header}.${payload}.${forged}`)
      expect(known === undefined || known.refused !== undefined).toBe(true)
    }
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    expect(tokens.authenticate(`${none}.${payload}.x`)).toHaveProperty('refused')
    for (const other of ['x', 'a.b.c', `${header}.${payload}`, `${header}..${signature}`]) {
      expect(tokens.authenticate(other)).toBeUndefined()
    }
  })

  it('can be signed with other keys', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const pem = { type: 'pkcs8', format: 'pem' } as const
    const rsaKey = rsa.privateKey.export(pem).toString()
    const ecKey = ec.privateKey.export(pem).toString()
    const byRsa = open({ signingKey: rsaKey })
    const token = byRsa.issue(order)
    expect(tokenParts(token)?.header).toMatchObject({ alg: 'RS256' })
    expect(byRsa.authenticate(token)).toHaveProperty('user')
    const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const byBoth = open({ signingKey: ecKey, verificationKeys: [publicKey] })
    expect(byBoth.authenticate(token)).toHaveProperty('user')
    const other = byBoth.issue(order)
    expect(tokenParts(other)?.header).toMatchObject({ alg: 'ES384' })
    expect(byBoth.authenticate(other)).toHaveProperty('user')
    expect(byRsa.authenticate(other)).toHaveProperty('refused')
    expect([...byBoth.keys.all.values()].map((key) => key.published['kty'])).toEqual(['EC', 'RSA'])
  })
})
