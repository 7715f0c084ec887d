import { describe, expect, it } from 'vitest'
import { compileAll, conditionsOf, snapshotOf } from '../../test-support/resources.ts'

const gateway = (spec: Readonly<Record<string, unknown>>) => ({ kind: 'LLMGateway', spec })
const listener = (tls: object) => ({ name: 'https', port: 8080, protocol: 'HTTPS', tls })
const certificate = { namespace: 'default', name: 'certificate', key: 'tls.crt' }

describe('spec.listeners', () => {
  it('of plain HTTP has no TLS', () => {
    expect(snapshotOf(gateway({}))?.gateway.listenerTls).toBeUndefined()
  })

  it('of HTTPS names its Secrets, and is accepted without reserve', () => {
    const result = compileAll(
      gateway({
        listeners: [
          listener({
            certificateRef: { name: 'certificate' },
            minVersion: 'TLS1.3',
            clientCASecretRef: { name: 'authorities' },
            clientCertificates: 'Required',
          }),
        ],
      }),
    )
    expect(conditionsOf(result, 'LLMGateway').Accepted).toMatchObject({ reason: 'Accepted' })
    expect([...result.snapshots.values()][0]?.gateway.listenerTls).toEqual({
      certificate: { certificate, key: { ...certificate, key: 'tls.key' } },
      minVersion: 'TLSv1.3',
      clients: {
        authorities: { namespace: 'default', name: 'authorities', key: 'ca.crt' },
        required: true,
      },
    })
  })

  it('serves nothing, rather than in plain text, when its Secret may not be used', () => {
    const snapshot = snapshotOf(
      gateway({
        listeners: [listener({ certificateRef: { name: 'certificate', namespace: 'other' } })],
      }),
    )
    expect(snapshot?.gateway.listenerTls).toEqual({
      certificate: undefined,
      minVersion: 'TLSv1.2',
      clients: undefined,
    })
  })
})

describe('spec.cors', () => {
  it('is off by default', () => {
    expect(snapshotOf(gateway({}))?.gateway.cors).toBeUndefined()
  })

  it('has defaults for all but the origins', () => {
    const allowOrigins = ['https://chat.example.com', 'https://*.example.com:8443', 'app://chat']
    expect(snapshotOf(gateway({ cors: { allowOrigins } }))?.gateway.cors).toMatchObject({
      allowOrigins,
      allowHeaders: expect.arrayContaining(['authorization', 'x-stainless-*']),
      exposeHeaders: expect.arrayContaining(['x-fairlead-*', 'retry-after']),
      maxAgeSeconds: 600,
      allowCredentials: false,
    })
  })

  it.each(['https://example.com:443', 'https://a.*.example.com', 'http://[', 'https://a:0x50'])(
    'refuses %s, which no browser sends',
    (origin) => {
      const result = compileAll(gateway({ cors: { allowOrigins: [origin] } }))
      expect(conditionsOf(result, 'LLMGateway').Accepted).toMatchObject({
        status: 'False',
        message: expect.stringContaining('spec.cors.allowOrigins[0]'),
      })
    },
  )
})

describe('spec.audit', () => {
  it('is kept for thirty days, at most 64 MiB of it', () => {
    expect(snapshotOf(gateway({}))?.gateway.audit).toEqual({
      enabled: true,
      retentionMs: 30 * 24 * 3_600_000,
      maxBytes: 64 * 1024 * 1024,
    })
  })
})
