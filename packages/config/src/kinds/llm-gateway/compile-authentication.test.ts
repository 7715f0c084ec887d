import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  snapshotOf,
  type Described,
} from '../../test-support/resources.ts'

const issuer = { name: 'corporate', issuer: 'https://login.example.com', audiences: ['fairlead'] }

const gateway = (auth: object): Described => ({
  kind: 'LLMGateway',
  name: 'default',
  spec: { auth },
})
const settings = (auth: object) => snapshotOf(gateway(auth))?.gateway.authentication

describe('how callers prove who they are', () => {
  it('is by API keys if nothing is said', () => {
    expect(settings({})).toEqual({
      methods: ['APIKey'],
      issuers: [],
      serviceAccounts: undefined,
      clientCertificates: undefined,
    })
  })

  it('has defaults for an issuer', () => {
    expect(settings({ methods: ['JWT'], jwt: [issuer] })?.issuers).toEqual([
      {
        ...issuer,
        keys: { from: 'Discovery' },
        claims: { consumer: 'sub', groups: 'groups', endUser: 'sub' },
        consumers: 'Match',
        requiredClaims: [],
        clockSkewMs: 60_000,
        algorithms: expect.not.arrayContaining(['HS256']) as string[],
      },
    ])
  })

  it('may have keys at an address or in a Secret', () => {
    const keys = [
      { jwksURL: 'https://login.example.com/keys' },
      { secretRef: { name: 'keys', key: 'jwks' } },
    ].map((one, index) => ({
      ...issuer,
      name: `i${index}`,
      issuer: `https://i${index}`,
      keys: one,
    }))
    expect(settings({ methods: ['JWT'], jwt: keys })?.issuers.map((one) => one.keys)).toEqual([
      { from: 'URL', url: 'https://login.example.com/keys' },
      { from: 'Secret', secret: { namespace: 'default', name: 'keys', key: 'jwks' } },
    ])
  })

  it('leaves out an issuer whose Secret it may not read', () => {
    const keys = { secretRef: { name: 'keys', namespace: 'other', key: 'jwks' } }
    const one = gateway({ methods: ['JWT'], jwt: [{ ...issuer, keys }] })
    expect(snapshotOf(one)?.gateway.authentication.issuers).toEqual([])
    const { ResolvedRefs } = conditionsOf(compileAll(one), 'LLMGateway', 'default/default')
    expect(ResolvedRefs).toMatchObject({ status: 'False', reason: 'RefNotPermitted' })
  })

  it('is refused with a clock skew that keeps expired tokens', () => {
    const one = gateway({ methods: ['JWT'], jwt: [{ ...issuer, clockSkew: '11m' }] })
    expect(
      conditionsOf(compileAll(one), 'LLMGateway', 'default/default')['Accepted'],
    ).toMatchObject({
      status: 'False',
      message: expect.stringContaining('spec.auth.jwt[0].clockSkew: may be 10m at most'),
    })
  })

  it('by certificates needs a listener that asks for them', () => {
    const methods = { auth: { methods: ['ClientCertificate'] } }
    const tls = (clientCertificates: string) => ({
      ...methods,
      listeners: [
        {
          name: 'a',
          port: 8080,
          protocol: 'HTTPS',
          tls: {
            certificateRef: { name: 'cert' },
            clientCASecretRef: { name: 'ca' },
            clientCertificates,
          },
        },
      ],
    })
    const accepted = (spec: object) =>
      conditionsOf(
        compileAll({ kind: 'LLMGateway', name: 'default', spec: { ...spec } }),
        'LLMGateway',
        'default/default',
      )['Accepted']
    expect(accepted(methods)).toMatchObject({
      status: 'False',
      message: expect.stringContaining('needs a listener that asks for certificates'),
    })
    expect(accepted(tls('Required'))).toMatchObject({ status: 'True' })
  })

  it('needs a Consumer for a ServiceAccount unless told otherwise', () => {
    expect(settings({ methods: ['ServiceAccount'] })?.serviceAccounts).toEqual({
      audiences: [],
      consumers: 'Match',
    })
  })
})
