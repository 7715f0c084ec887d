import type { LLMGateway } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { applyEnvironmentProviders, ollamaBaseURL } from './environment-providers.ts'

describe('ollamaBaseURL', () => {
  it.each([
    ['localhost', 'http://localhost:11434/v1'],
    ['10.0.0.5:1234', 'http://10.0.0.5:1234/v1'],
    ['myhost:80', 'http://myhost/v1'],
    ['myhost:1234/', 'http://myhost:1234/v1'],
    [':1234', 'http://127.0.0.1:1234/v1'],
    [':11434', 'http://127.0.0.1:11434/v1'],
    ['[::1]', 'http://[::1]:11434/v1'],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['http://ollama:8000', 'http://ollama:8000/v1'],
    ['https://ollama.example.com/', 'https://ollama.example.com/v1'],
  ])('reads %s as %s', (host, url) => {
    expect(ollamaBaseURL(host)).toBe(url)
  })

  it.each([
    ['http://', 'http://'],
    ['localhost:abc', 'localhost:abc'],
    ['ftp://ollama', 'ftp://ollama'],
    ['me:p/w@localhost:abc', 'localhost:abc'],
    ['http://me:p@w@localhost:abc', 'http://localhost:abc'],
  ])('refuses %s, naming the variable and no password', (host, shown) => {
    const message = `OLLAMA_HOST is "${shown}": expected host, host:port or URL`
    expect(() => ollamaBaseURL(host)).toThrow(new UsageError(message))
  })
})

describe('OLLAMA_HOST', () => {
  /** The default gateway's providers after a start, when it had these before. */
  async function providersAfter(before: readonly object[]): Promise<unknown> {
    const metadata = { namespace: 'default', name: 'default' }
    let gateway: unknown = { metadata, spec: { defaults: { providers: before } } }
    const client = {
      apply: () => Promise.resolve(),
      get: () => Promise.resolve(gateway),
      update: (_: unknown, updated: unknown) => Promise.resolve((gateway = updated)),
    } as unknown as Client
    const { signal } = new AbortController()
    await applyEnvironmentProviders(client, { OLLAMA_HOST: 'ollama' }, signal)
    return (gateway as LLMGateway).spec.defaults?.providers
  }

  it.each([
    [[], [{ name: 'ollama' }]],
    [[{ name: 'ollama' }], [{ name: 'ollama' }]],
    [[{ name: 'ollama', namespace: 'default' }], [{ name: 'ollama', namespace: 'default' }]],
    [
      [{ name: 'ollama', namespace: 'other' }],
      [{ name: 'ollama', namespace: 'other' }, { name: 'ollama' }],
    ],
  ])('with the providers %j makes them %j', async (before, after) => {
    expect(await providersAfter(before)).toEqual(after)
  })
})
