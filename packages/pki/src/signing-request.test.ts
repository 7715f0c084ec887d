import { describe, expect, it } from 'vitest'

import { makeSigningRequest } from './testing/make-signing-request.ts'
import { readSigningRequest } from './signing-request.ts'

describe('a certificate signing request', () => {
  it('says whom it is for', () => {
    const { request } = makeSigningRequest('jane', ['one', 'two'], ['a.example.com', 'b'])
    expect(readSigningRequest(request)).toMatchObject({
      commonName: 'jane',
      organizations: ['one', 'two'],
      dnsNames: ['a.example.com', 'b'],
      addresses: [],
      otherNames: 0,
    })
  })

  it('must be signed with its key, and be complete', () => {
    const { request } = makeSigningRequest('jane')
    const [, body = ''] = /-----\n(.*)\n-----/.exec(request) ?? []
    const bytes = Buffer.from(body, 'base64')
    const pem = (content: Buffer): string => request.replace(body, content.toString('base64'))
    const changed = Buffer.from(bytes)
    changed.write('june', changed.indexOf('jane'))
    expect(() => readSigningRequest(pem(changed))).toThrow('not signed with its key')
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => readSigningRequest(pem(bytes.subarray(0, length)))).toThrow()
    }
    expect(() => readSigningRequest('no PEM')).toThrow('CERTIFICATE REQUEST')
  })
})
