import { createPublicKey, type KeyObject, verify } from 'node:crypto'

import { derElements, type DerElement, derParts, objectIdentifierOf } from './der-reader.ts'

/** What a certificate signing request (PKCS #10, RFC 2986) asks for. */
export interface SigningRequest {
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly dnsNames: readonly string[]
  /** Addresses of 4 or 16 bytes, in text. */
  readonly addresses: readonly string[]
  /** Of email addresses and URIs, which are not issued here. */
  readonly otherNames: number
  readonly publicKey: KeyObject
}

const sequence = 0x30
const set = 0x31
const commonName = '2.5.4.3'
const organization = '2.5.4.10'
const extensionRequest = '1.2.840.113549.1.9.14'
const alternativeNames = '2.5.29.17'

const digests: ReadonlyMap<string, string | undefined> = new Map([
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.3.101.112', undefined],
])

/**
 * Reads a request and checks that whoever made it has the private key.
 * @throws when it is no request, or is not signed with its key
 */
export function readSigningRequest(pem: string): SigningRequest {
  const [, body] =
    /-----BEGIN CERTIFICATE REQUEST-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE REQUEST-----/.exec(
      pem,
    ) ?? []
  if (body === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST')
  const [root] = derElements(Buffer.from(body, 'base64'))
  const [info, algorithm, signature] = derParts(root, sequence)
  const [, subject, key, attributes] = derParts(info, sequence)
  const publicKey = createPublicKey({
    key: key?.whole ?? Buffer.of(),
    format: 'der',
    type: 'spki',
  })
  requireSignature(info, algorithm, signature, publicKey)
  const names = derParts(subject, sequence).flatMap((relative) => derParts(relative, set))
  return {
    commonName: textsOf(names, commonName)[0] ?? '',
    organizations: textsOf(names, organization),
    ...alternativeNamesIn(attributes),
    publicKey,
  }
}

function requireSignature(
  info: DerElement | undefined,
  algorithm: DerElement | undefined,
  signature: DerElement | undefined,
  key: KeyObject,
): void {
  const [identifier] = derParts(algorithm, sequence)
  const id = objectIdentifierOf(identifier)
  if (!digests.has(id)) throw new Error('the request is signed with an unknown algorithm')
  // A BIT STRING begins with the number of its unused bits.
  const bytes = signature?.content.subarray(1) ?? Buffer.of()
  if (!verify(digests.get(id) ?? null, info?.whole ?? Buffer.of(), key, bytes)) {
    throw new Error('the request is not signed with its key')
  }
}

function textsOf(names: readonly DerElement[], type: string): string[] {
  return names.flatMap((name) => {
    const [identifier, value] = derParts(name, sequence)
    return objectIdentifierOf(identifier) === type ? [value?.content.toString('utf8') ?? ''] : []
  })
}

function alternativeNamesIn(
  attributes: DerElement | undefined,
): Pick<SigningRequest, 'dnsNames' | 'addresses' | 'otherNames'> {
  const names = attributes === undefined ? [] : requestedNames(attributes)
  const dnsNames = names.filter(({ tag }) => tag === 0x82).map(({ content }) => content.toString())
  const addresses = names.filter(({ tag }) => tag === 0x87).map(({ content }) => addressOf(content))
  return { dnsNames, addresses, otherNames: names.length - dnsNames.length - addresses.length }
}

function requestedNames(attributes: DerElement): DerElement[] {
  for (const attribute of derElements(attributes.content)) {
    const [type, values] = derParts(attribute, sequence)
    if (objectIdentifierOf(type) !== extensionRequest) continue
    const [extensions] = derParts(values, set)
    for (const extension of derParts(extensions, sequence)) {
      const parts = derParts(extension, sequence)
      if (objectIdentifierOf(parts[0]) !== alternativeNames) continue
      const [value] = derElements(parts.at(-1)?.content ?? Buffer.of())
      return derParts(value, sequence)
    }
  }
  return []
}

function addressOf(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.')
  if (bytes.length !== 16) throw new Error('an IP address has 4 or 16 bytes')
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2))
  return groups.map((group) => group.toString(16)).join(':')
}
