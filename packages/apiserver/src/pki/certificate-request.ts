import { createPublicKey, verify, type KeyObject } from 'node:crypto'

/** A certificate signing request (PKCS #10, RFC 2986) whose signature is its key's. */
interface CertificateRequest {
  /** The DER of the subject's name. */
  readonly subject: Buffer
  readonly publicKey: KeyObject
}

/** Hashes by the object identifier of the signature's algorithm, in DER. */
const signatureHashes: Readonly<Record<string, string | null>> = {
  '2a864886f70d010105': 'sha1',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
}

/**
 * Reads a PEM block of type `CERTIFICATE REQUEST`.
 * @throws Error with Kubernetes' message when it is none, or when its signature is not its key's
 */
export function parseCertificateRequest(pem: Buffer): CertificateRequest {
  const block = /-----BEGIN ([^-\n]*)-----([A-Za-z0-9+/=\s]*)-----END \1-----/.exec(
    pem.toString('latin1'),
  )
  if (block?.[1] !== 'CERTIFICATE REQUEST') {
    throw new Error('PEM block type must be CERTIFICATE REQUEST')
  }
  const [request] = elements(Buffer.from(block[2] ?? '', 'base64'))
  const [info, algorithm, signature] = elements(request?.content ?? Buffer.alloc(0))
  const [, subject, key] = elements(info?.content ?? Buffer.alloc(0))
  const [identifier] = elements(algorithm?.content ?? Buffer.alloc(0))
  const hash = signatureHashes[identifier?.content.toString('hex') ?? '']
  if (info === undefined || subject === undefined || key === undefined || signature === undefined) {
    throw new Error('x509: malformed certificate request')
  }
  if (hash === undefined) {
    throw new Error('x509: cannot verify signature: algorithm unimplemented')
  }
  const publicKey = publicKeyOf(key.whole)
  // The first byte of a BIT STRING says how many bits of the last are unused.
  if (!verify(hash, info.whole, publicKey, signature.content.subarray(1))) {
    throw new Error('x509: signature is not that of the key')
  }
  return { subject: subject.whole, publicKey }
}

function publicKeyOf(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  } catch {
    throw new Error('x509: unsupported public key')
  }
}

interface Element {
  readonly whole: Buffer
  readonly content: Buffer
}

/** The DER elements that follow each other in these bytes. @throws Error for what is not DER */
function elements(bytes: Buffer): Element[] {
  const found: Element[] = []
  let rest = bytes
  while (rest.length > 0) {
    const lengthByte = rest[1] ?? 0
    const lengthBytes = lengthByte < 0x80 ? 0 : lengthByte & 0x7f
    const header = 2 + lengthBytes
    if (rest.length < header || lengthBytes > 4) throw new Error('asn1: syntax error')
    const length = lengthBytes === 0 ? lengthByte : rest.readUIntBE(2, lengthBytes)
    if (rest.length < header + length) throw new Error('asn1: syntax error: data truncated')
    found.push({
      whole: rest.subarray(0, header + length),
      content: rest.subarray(header, header + length),
    })
    rest = rest.subarray(header + length)
  }
  return found
}
