import { describe, expect, it } from 'vitest'
import { denialOf } from './address-rules.ts'

describe('addresses that may be connected to', () => {
  it.each([
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '64:ff9b::808:808',
  ])('public: %s', (address) => {
    expect(denialOf(address, false)).toBeUndefined()
  })

  it.each([
    '127.0.0.1',
    '127.255.255.255',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    'fc00::1',
    'fdff::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
  ])('private, and allowed only where the configuration says so: %s', (address) => {
    expect(denialOf(address, false)).toBe('private')
    expect(denialOf(address, true)).toBeUndefined()
  })

  it.each([
    '169.254.169.254',
    '169.254.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fd00:ec2::254',
    '100.100.100.200',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
  ])('never: %s', (address) => {
    expect(denialOf(address, true)).toBe('link-local-or-metadata')
    expect(denialOf(address, false)).toBe('link-local-or-metadata')
  })
})
