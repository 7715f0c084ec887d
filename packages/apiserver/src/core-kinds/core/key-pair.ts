import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'

const blocks = /-----BEGIN ([^-\n]+)-----[^-]*-----END \1-----/g

/**
 * What is wrong with a certificate and its key, both PEM, as Go's tls.X509KeyPair words it; undefined
 * for a pair. It has nothing of the key.
 */
export function keyPairProblem(certificate: string, key: string): string | undefined {
  const certificates = [...certificate.matchAll(blocks)]
  if (certificates.length === 0) return 'failed to find any PEM data in certificate input'
  const first = certificates.find(([, type]) => type === 'CERTIFICATE')
  if (first === undefined) {
    return 'failed to find "CERTIFICATE" PEM block in certificate input'
  }
  const keys = [...key.matchAll(blocks)]
  if (keys.length === 0) return 'failed to find any PEM data in key input'
  const privateKey = keys.find(([, type = '']) => type.endsWith('PRIVATE KEY'))
  if (privateKey === undefined) {
    return 'failed to find PEM block with type ending in "PRIVATE KEY" in key input'
  }
  try {
    const shown = new X509Certificate(first[0]).publicKey
    const own = createPublicKey(createPrivateKey(privateKey[0]))
    return shown.equals(own) ? undefined : 'private key does not match public key'
  } catch {
    return 'failed to parse certificate or private key'
  }
}
