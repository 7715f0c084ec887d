import { describe, expect, it } from 'vitest'
import { redisAddressOf } from './redis-address.ts'

const plain = { tls: false, username: undefined, password: undefined, database: 0 }

describe('the URL of Redis', () => {
  it.each([
    ['redis://redis.platform.svc', { ...plain, host: 'redis.platform.svc', port: 6379 }],
    ['redis://[::1]:6380/3\n', { ...plain, host: '::1', port: 6380, database: 3 }],
    [
      'rediss://:p%40ss@r.example.com',
      { ...plain, host: 'r.example.com', port: 6379, tls: true, password: 'p@ss' },
    ],
    [
      'redis://gate:secret@h:1',
      { ...plain, host: 'h', port: 1, username: 'gate', password: 'secret' },
    ],
  ])('%j is read', (text, address) => {
    expect(redisAddressOf(text)).toEqual(address)
  })

  it.each([
    ['secret-host', 'is no URL'],
    ['http://secret-host', 'another scheme'],
    ['redis+cluster://secret-host', 'Clusters'],
    ['redis:///0', 'names no host'],
    ['redis://secret-host/x', 'no index of a database'],
    ['redis://secret-host?tls=true', 'has a query'],
    ['redis://u:sec%ret@secret-host', 'percent-encoded'],
  ])('%j is refused in a sentence that does not quote it', (text, part) => {
    const problem = redisAddressOf(text)
    expect(problem).toContain(part)
    expect(problem).not.toContain('secret')
  })
})
