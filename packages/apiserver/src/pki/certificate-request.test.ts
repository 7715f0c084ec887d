import { generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'

import { parseCertificateRequest } from './certificate-request.ts'
import {
  bitString,
  objectIdentifier,
  sequence,
  setOfOne,
  tagged,
  unsignedInteger,
  utf8String,
} from './der.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const name = sequence(setOfOne(sequence(objectIdentifier('2.5.4.3'), utf8String('jane'))))

function request(signedBy = privateKey, type = 'CERTIFICATE REQUEST'): Buffer {
  const info = sequence(
    unsignedInteger(Buffer.of(0)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    tagged(0, Buffer.alloc(0), 'constructed'),
  )
  const algorithm = sequence(objectIdentifier('1.2.840.10045.4.3.2'))
  const whole = sequence(info, algorithm, bitString(sign('sha256', info, signedBy)))
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return Buffer.from(`-----BEGIN ${type}-----\n${lines}\n-----END ${type}-----\n`)
}

test('a request tells its subject and its key', () => {
  const { subject, publicKey: key } = parseCertificateRequest(request())
  expect(subject).toEqual(name)
  expect(key.equals(publicKey)).toBe(true)
})

test('a request that another key has signed is refused', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  expect(() => parseCertificateRequest(request(other))).toThrow('signature is not that of the key')
})

test.each([
  ['nothing', Buffer.alloc(0), 'PEM block type must be CERTIFICATE REQUEST'],
  [
    'a certificate',
    request(privateKey, 'CERTIFICATE'),
    'PEM block type must be CERTIFICATE REQUEST',
  ],
  [
    'other bytes',
    Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----'),
    'asn1: syntax error',
  ],
])('%s is no request', (_what, pem, message) => {
  expect(() => parseCertificateRequest(pem)).toThrow(message)
})
