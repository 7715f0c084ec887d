import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { createMetrics } from '../metrics/metrics.ts'
import { parseBindAddress } from './bind-address.ts'
import { GeneratedCertificate } from './generated-certificate.ts'
import { metricsServer } from './metrics-server.ts'
import { profilingServer } from './profiling-server.ts'

const environment = {
  client: { create: () => Promise.reject(new Error('not asked')) },
  metrics: createMetrics(),
  logger: silentLogger,
  clock: new FakeClock(),
}

describe('parseBindAddress', () => {
  it.each([
    [':8443', { port: 8443 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:9443', { host: '::1', port: 9443 }],
    ['localhost:80', { host: 'localhost', port: 80 }],
    ['0', undefined],
  ])('reads %s', (text, address) => {
    expect(parseBindAddress(text)).toEqual(address)
  })

  it.each(['', '8080', 'x', ':', ':65536', '::1:80', 'a:b:1', ':-1', '[::1]'])(
    'refuses %j',
    (text) => {
      expect(() => parseBindAddress(text)).toThrow('host:port')
    },
  )
})

describe('the options of servers', () => {
  const metrics = (options: Parameters<typeof metricsServer>[0]) =>
    metricsServer({ bindAddress: ':0', ...options }, environment)

  // controller-runtime pkg/manager/manager_test.go: "should return an error if the metrics bind address is invalid",
  // "should error when creating server with extra metrics handler overwriting the default"
  it('are refused where they contradict each other', () => {
    expect(() => metrics({ bindAddress: 'nowhere' })).toThrow('no address')
    expect(() => metrics({ extraHandlers: { '/metrics': () => ({ status: 200 }) } })).toThrow(
      '/metrics',
    )
    expect(() => metrics({ certificate: { directory: '/x' } })).toThrow('secure')
    expect(() => metrics({ authentication: 'kubernetes' })).toThrow('without encryption')
    expect(metrics({ secure: true, authentication: 'kubernetes' })).toBeDefined()
    expect(metrics({ bindAddress: '0' })).toBeUndefined()
  })

  it('run a source of certificates that must run, whoever made it, as webhook servers do', () => {
    const source = { current: () => undefined, onChange: () => () => {} }
    const running = { ...source, start: () => Promise.resolve() }
    expect(metrics({ secure: true, certificate: source })?.runnables).toEqual([])
    expect(metrics({ secure: true, certificate: running })?.runnables).toEqual([running])
  })

  it('show profiles only on the machine itself, or to who is known', () => {
    const profiling = (options: Parameters<typeof profilingServer>[0]) => () =>
      profilingServer(options, environment)
    expect(profiling({ bindAddress: ':6060' })).toThrow('everybody')
    expect(profiling({ bindAddress: '10.0.0.1:6060', secure: true })).toThrow('everybody')
    expect(profiling({ bindAddress: '127.0.0.1:6060' })()).toBeDefined()
    expect(profiling({ bindAddress: '[::1]:6060' })()).toBeDefined()
    const known = { secure: true, authentication: 'kubernetes' } as const
    expect(profiling({ bindAddress: ':6060', ...known })()).toBeDefined()
    expect(profiling({ bindAddress: '0' })()).toBeUndefined()
  })
})

describe('GeneratedCertificate', () => {
  it('is for localhost, and made anew a month before it expires', async () => {
    const clock = new FakeClock()
    const generated = new GeneratedCertificate(clock)
    const stop = new AbortController()
    const running = generated.start(stop.signal)
    let changes = 0
    generated.onChange(() => changes++)
    const first = generated.current()
    expect(new X509Certificate(first.cert).subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1',
    )
    const dayMs = 24 * 60 * 60 * 1_000
    const remaining = () =>
      new X509Certificate(generated.current().cert).validToDate.getTime() - clock.now()
    for (let day = 0; day < 400; day++) {
      await clock.advance(dayMs)
      expect(remaining()).toBeGreaterThan(29 * dayMs)
    }
    expect(changes).toBe(1)
    expect(generated.current()).not.toEqual(first)
    stop.abort()
    await running
    expect(clock.pendingTimers).toBe(0)
  })
})
