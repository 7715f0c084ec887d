import { describe, expect, it } from 'vitest'
import { isAdminHost } from './admin-hosts.ts'

describe('the admin port', () => {
  it.each([
    undefined,
    'localhost',
    'LocalHost:9464',
    '127.0.0.1',
    '10.1.2.3:9464',
    '[::1]',
    '[fd00::7]:9464',
    'metrics.example',
    'Metrics.Example:80',
  ])('answers Host %s', (host) => {
    expect(isAdminHost(host, ['metrics.example'])).toBe(true)
  })

  it.each([
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:9464',
    'metrics.example.evil.example',
    '[evil.example]',
    'user@localhost',
    'localhost:port',
    '::1',
  ])('does not answer Host %j', (host) => {
    expect(isAdminHost(host, ['metrics.example', ''])).toBe(false)
  })
})
