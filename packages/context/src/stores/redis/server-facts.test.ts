import { expect, it } from 'vitest'
import { readServerFacts } from './server-facts.ts'

it.each([
  ['redis_version:5.0.7', /6\.2 is the oldest/],
  ['redis_version:7.0.15\r\nredis_mode:sentinel', /is a Sentinel.*name the primary/],
  ['redis_version:7.0.15\r\nrole:slave', /is a replica/],
  ['redis_version:7.0.15\r\nmaxmemory:1\r\nmaxmemory_policy:allkeys-lru', /set it to noeviction/],
])('a server that says %j must not be used, and why', (info, expected) => {
  expect(readServerFacts(info).problem).toMatch(expected)
})

it('a server of which nothing is known, or a primary, may be used', () => {
  for (const info of ['', 'redis_version:7.0.15\r\nredis_mode:standalone\r\nrole:master']) {
    expect(readServerFacts(info).problem).toBeUndefined()
  }
})
