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
    '::ffff:8.8.8.8',
    '::ffff:0:8.8.8.8',
    '2001:0:808:808:0:0:f7f7:f7f7',
    '2606:4700::5efe:808:808',
  ])('public: %s', (address) => {
    expect(denialOf(address, 'Public')).toBeUndefined()
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
    '2002:7f00:1::1',
    '::10.0.0.1',
    '::ff',
    '::ffff:0:10.0.0.1',
    '0:0:0:0:ffff:0:7f00:1',
    '64:ff9b:1::808:808',
    // the server of a Teredo address, and its client, 10.0.0.1
    '2001:0:a00:1:0:0:f7f7:f7f7',
    '2001:0:808:808:0:0:f5ff:fffe',
    '2606:4700::5efe:a00:1',
    '2606:4700::200:5efe:a00:1',
  ])('private, and allowed only where the configuration says so: %s', (address) => {
    expect(denialOf(address, 'Public')).toBe('private')
    expect(denialOf(address, 'Private')).toBeUndefined()
  })

  it.each([
    '169.254.169.254',
    '169.254.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    'fd00:a9fe:a9fe::1',
    'fd00:100::100:200',
    '168.63.129.16',
    '192.0.0.192',
    '100.100.100.200',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::FFFF:A9FE:A9FE',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '0000:0000:0000:0000:0000:ffff:169.254.169.254',
    '::ffff:169.254.169.254%lo',
    '::169.254.169.254',
    '::a9fe:a9fe',
    '::ffff:0:a9fe:a9fe',
    '::ffff:0:169.254.169.254',
    '::ffff:0:192.0.0.192',
    '::ffff:100.100.100.200',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b::c000:c0',
    '64:ff9b:1::a9fe:a9fe',
    '64:ff9b:1:a9fe:a9:fe00::',
    '64:ff9b:1:a9:fe:a9fe::',
    '64:ff9b:1::a9:fea9:fe00:0',
    '2002:a9fe:a9fe::',
    '2002:a9fe:a9fe::1',
    '2001::a9fe:a9fe:0:0:f7f7:f7f7',
    '2001:0:808:808:0:0:5601:5601',
    '2606:4700::5efe:a9fe:a9fe',
    'fe80::5efe:a00:1',
    'fd12::200:5efe:169.254.169.254',
  ])('never: %s', (address) => {
    expect(denialOf(address, 'Private')).toBe('link-local-or-metadata')
    expect(denialOf(address, 'Cluster')).toBe('link-local-or-metadata')
    expect(denialOf(address, 'Public')).toBe('link-local-or-metadata')
  })

  it.each(['10.96.0.10', '172.20.0.1', '192.168.4.4', '100.64.1.1', 'fd12::1', '::ffff:10.0.0.1'])(
    'a Service of the cluster may be at %s',
    (address) => {
      expect(denialOf(address, 'Cluster')).toBeUndefined()
    },
  )

  it.each(['127.0.0.1', '::1', '0.0.0.0', '::', '192.0.0.1', '224.0.0.1', '::ffff:127.0.0.1'])(
    'but at no other private address: %s',
    (address) => {
      expect(denialOf(address, 'Cluster')).toBe('private')
    },
  )

  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    'fd00:ec2::23',
    '127.0.0.1',
    '::1',
  ])('of services for this machine: %s', (address) => {
    expect(denialOf(address, 'Machine')).toBeUndefined()
  })

  it.each(['169.254.1.1', '8.8.8.8', '10.0.0.1', 'fe80::1', '::ffff:10.0.0.1', '168.63.129.16'])(
    'of no service for this machine: %s',
    (address) => {
      expect(denialOf(address, 'Machine')).toBe('not-of-machine')
    },
  )
})
