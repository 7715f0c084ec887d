import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIPv4 } from 'node:net'

import * as der from './der.ts'

/**
 * The content of a certificate. `usage` decides the key usages; only an `authority` may sign
 * others.
 */
export interface CertificateRequest {
  readonly subject: { readonly commonName: string; readonly organizations?: readonly string[] }
  readonly usage: 'authority' | 'server' | 'client'
  /** DNS names and IP addresses of a server certificate. */
  readonly hosts?: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publicKey: KeyObject
}

export interface CertificateIssuer {
  readonly subject: CertificateRequest['subject']
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const ecdsaWithSha256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'))

/**
 * Signs an X.509 v3 certificate (RFC 5280) with an ECDSA P-256 key and returns it as PEM.
 *
 * Implemented here because the well-known library takes longer to load than the whole server takes
 * to start, and our certificates follow one fixed template.
 */
export function issueCertificate(request: CertificateRequest, issuer: CertificateIssuer): string {
  const toBeSigned = der.sequence(
    der.tagged(0, der.unsignedInteger(Buffer.of(2)), 'constructed'),
    der.unsignedInteger(serialNumber()),
    ecdsaWithSha256,
    distinguishedName(issuer.subject),
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    distinguishedName(request.subject),
    subjectPublicKeyInfo(request.publicKey),
    der.tagged(3, der.sequence(...extensions(request, issuer)), 'constructed'),
  )
  const signature = sign('sha256', toBeSigned, issuer.privateKey)
  return toPem(der.sequence(toBeSigned, ecdsaWithSha256, der.bitString(signature)))
}

/**
 * Sixteen random bytes, the first in 64–127, so that the number is positive and has full length.
 */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}

function distinguishedName(subject: CertificateRequest['subject']): Buffer {
  const organizations = (subject.organizations ?? []).map((name) => attribute('2.5.4.10', name))
  return der.sequence(...organizations, attribute('2.5.4.3', subject.commonName))
}

function attribute(type: string, value: string): Buffer {
  return der.setOfOne(der.sequence(der.objectIdentifier(type), der.utf8String(value)))
}

function subjectPublicKeyInfo(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

function extensions(request: CertificateRequest, issuer: CertificateIssuer): Buffer[] {
  const isAuthority = request.usage === 'authority'
  return [
    extension('2.5.29.19', der.sequence(...(isAuthority ? [der.boolean(true)] : [])), 'critical'),
    extension('2.5.29.15', keyUsage(isAuthority), 'critical'),
    ...(isAuthority ? [] : [extension('2.5.29.37', extendedKeyUsage(request.usage))]),
    extension('2.5.29.14', der.octetString(keyIdentifier(request.publicKey))),
    extension('2.5.29.35', authorityKeyIdentifier(issuer.publicKey)),
    ...(request.hosts?.length ? [extension('2.5.29.17', alternativeNames(request.hosts))] : []),
  ]
}

function extension(id: string, value: Buffer, criticality?: 'critical'): Buffer {
  const critical = criticality === 'critical' ? [der.boolean(true)] : []
  return der.sequence(der.objectIdentifier(id), ...critical, der.octetString(value))
}

/** Bits, most significant first: digitalSignature 0, keyCertSign 5, cRLSign 6. */
function keyUsage(isAuthority: boolean): Buffer {
  return isAuthority
    ? der.bitString(Buffer.of(0b1000_0110), 1)
    : der.bitString(Buffer.of(0b1000_0000), 7)
}

function extendedKeyUsage(usage: CertificateRequest['usage']): Buffer {
  const purpose = usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'
  return der.sequence(der.objectIdentifier(purpose))
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(subjectPublicKeyInfo(key)).digest()
}

function authorityKeyIdentifier(key: KeyObject): Buffer {
  return der.sequence(der.tagged(0, keyIdentifier(key), 'primitive'))
}

function alternativeNames(hosts: readonly string[]): Buffer {
  return der.sequence(
    ...hosts.map((host) =>
      isAddress(host)
        ? der.tagged(7, addressBytes(host), 'primitive')
        : der.tagged(2, Buffer.from(host, 'ascii'), 'primitive'),
    ),
  )
}

/**
 * Whether a host is an IP address and no DNS name, which has no colons. Node's own test of IPv6 takes
 * milliseconds when it is first used.
 */
export function isAddress(host: string): boolean {
  return host.includes(':') || isIPv4(host)
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const headGroups = head === '' ? [] : head.split(':')
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - headGroups.length - tailGroups.length).fill('0')
  const groups = [...headGroups, ...(tail === undefined ? [] : zeros), ...tailGroups]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

function toPem(bytes: Buffer): string {
  const lines = bytes.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
