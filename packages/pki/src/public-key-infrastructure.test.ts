import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { credentialFilesIn, credentialFilesInMemory } from './credential-files.ts'
import type { LeafRequest } from './authority.ts'
import { PublicKeyInfrastructure } from './public-key-infrastructure.ts'

const dayMs = 24 * 60 * 60 * 1000

const serverLeaf: LeafRequest = {
  usage: 'server',
  subject: { commonName: 'server' },
  hosts: ['127.0.0.1', '::1', 'localhost', 'kubernetes.default.svc'],
}

describe('PublicKeyInfrastructure', () => {
  it('signs server certificates that hold for their hosts', () => {
    const pki = new PublicKeyInfrastructure(credentialFilesInMemory(), Date.now)
    const pair = pki.leaf('server', serverLeaf)
    const authority = new X509Certificate(pki.caCertificate)
    const certificate = new X509Certificate(pair.certificate)
    expect(authority.ca).toBe(true)
    expect(certificate.ca).toBe(false)
    expect(certificate.verify(authority.publicKey)).toBe(true)
    expect(certificate.checkIssued(authority)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(pair.privateKey))).toBe(true)
    expect(certificate.subjectAltName).toBe(
      'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost, DNS:kubernetes.default.svc',
    )
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  it('names the user and the groups of a client certificate', () => {
    const pki = new PublicKeyInfrastructure(credentialFilesInMemory(), Date.now)
    const { certificate } = pki.leaf('ann', {
      usage: 'client',
      subject: { commonName: 'ann', organizations: ['team-a', 'team-b'] },
    })
    expect(new X509Certificate(certificate).subject).toBe('O=team-a\nO=team-b\nCN=ann')
  })

  it('finds what it made, in files that only the owner may read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-pki-'))
    try {
      const before = new PublicKeyInfrastructure(credentialFilesIn(folder), Date.now)
      const leaf = before.leaf('server', serverLeaf)
      const after = new PublicKeyInfrastructure(credentialFilesIn(folder), Date.now)
      expect(after.caCertificate).toBe(before.caCertificate)
      expect(after.leaf('server', serverLeaf)).toEqual(leaf)
      for (const name of ['ca.key', 'ca.crt', 'server.key', 'server.crt']) {
        expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('issues a leaf anew when it is about to expire or lacks a host, and keeps the authority', () => {
    const files = credentialFilesInMemory()
    let nowMs = Date.now()
    const open = (): PublicKeyInfrastructure => new PublicKeyInfrastructure(files, () => nowMs)
    const first = open().leaf('server', serverLeaf)
    const { caCertificate } = open()
    const more = { ...serverLeaf, hosts: [...(serverLeaf.hosts ?? []), '10.0.0.7'] }
    expect(open().leaf('server', serverLeaf)).toEqual(first)
    const second = open().leaf('server', more)
    expect(second).not.toEqual(first)
    nowMs += 340 * dayMs
    expect(open().leaf('server', more)).not.toEqual(second)
    expect(open().caCertificate).toBe(caCertificate)
  })
})
