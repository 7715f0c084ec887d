import type { LookupAddress } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const secrets = { upstream: 'sk' }
const ipv4 = (address: string): LookupAddress => ({ address, family: 4 })

describe('connections that the configuration does not allow', () => {
  it.each([
    ['a private address', 'http://127.0.0.1:9/v1', false],
    ['a private IPv6 address', 'http://[::1]:9/v1', false],
    ['the metadata address, whatever is allowed', 'http://169.254.169.254/v1', true],
    ['the metadata address in decimal', 'http://2852039166/v1', true],
    ['the metadata address in hexadecimal', 'http://0xa9fea9fe/v1', true],
    ['the metadata address in octal', 'http://0251.0376.0251.0376/v1', true],
    ['the metadata address in mixed parts', 'http://0xa9.0376.43518/v1', true],
    ['the metadata address in full-width digits', 'http://１６９.254.169.254/v1', true],
    ['the metadata address with a dot at its end', 'http://169.254.169.254./v1', true],
    ['the metadata address, mapped', 'http://[::ffff:169.254.169.254]/v1', true],
    ['the metadata address, translated', 'http://[::ffff:0:a9fe:a9fe]/v1', true],
    ['the metadata address of Oracle', 'http://192.0.0.192/v1', true],
    ['loopback in decimal', 'http://2130706433:9/v1', false],
    ['loopback in short', 'http://127.1:9/v1', false],
    ['a private address over TLS', 'https://127.0.0.1:9/v1', false],
    ['a name of a private address over TLS', 'https://inside.example/v1', false],
    ['a name of the metadata address over TLS', 'https://metadata.example/v1', true],
    ['a name of a private address', 'http://inside.example/v1', false],
    ['a name of the metadata address', 'http://metadata.example/v1', true],
  ])('%s', async (_name, baseURL, allowPrivateNetworks) => {
    const gateway = await testGateway({
      gateway: { allowPrivateNetworks },
      providers: [keyedProvider('upstream', { baseURL })],
      secrets,
      options: {
        resolveHost: (name) =>
          Promise.resolve([ipv4(name === 'inside.example' ? '10.0.0.1' : '169.254.169.254')]),
      },
    })
    const response = await gateway.chat(body)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { code: 'egress_denied' } })
    expect(gateway.report().providers[0]).toMatchObject({ health: 'Unreachable' })
    expect(gateway.report().providers[0]?.message).toContain('may not connect')
  })

  it('the address that is connected to is the one that was checked', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const { port } = new URL(upstream.url)
    let lookups = 0
    const gateway = await testGateway({
      providers: [keyedProvider('upstream', { baseURL: `http://rebinding.example:${port}/v1` })],
      secrets,
      options: {
        resolveHost: () => {
          lookups += 1
          return Promise.resolve([ipv4(lookups === 1 ? '127.0.0.1' : '169.254.169.254')])
        },
      },
    })
    expect((await gateway.chat(body)).status).toBe(200)
    expect(lookups).toBe(1)
  })

  it('of several addresses only the allowed ones are used', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const { port } = new URL(upstream.url)
    const gateway = await testGateway({
      providers: [keyedProvider('upstream', { baseURL: `http://mixed.example:${port}/v1` })],
      secrets,
      options: {
        resolveHost: () => Promise.resolve([ipv4('169.254.1.1'), ipv4('127.0.0.1')]),
      },
    })
    expect((await gateway.chat(body)).status).toBe(200)
  })
})
