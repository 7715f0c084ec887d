import { describe, expect, it } from 'vitest'
import { readServerFacts } from './server-facts.ts'

describe('what a server says of itself', () => {
  it.each(['6.0.20', '5.0.14'])('version %s is too old', (version) => {
    expect(readServerFacts(`# Server\r\nredis_version:${version}\r\n`).problem).toContain('6.2')
  })

  it('a server that keeps all is fine', () => {
    const info = 'redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\nloading:0'
    expect(readServerFacts(info)).toEqual({ problem: undefined, warnings: [] })
  })

  it('a server that may forget is named', () => {
    const { warnings } = readServerFacts('maxmemory_policy:volatile-lru\naof_enabled:0')
    expect(warnings).toEqual([
      expect.stringContaining('volatile-lru'),
      expect.stringContaining('append-only file'),
    ])
  })

  it('a server that says nothing is not judged', () => {
    expect(readServerFacts('')).toEqual({ problem: undefined, warnings: [] })
  })
})
