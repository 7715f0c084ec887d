import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Credentials, CredentialSource } from './kube-config.ts'
import type { PemSource } from './pem-source.ts'

/**
 * A client certificate and its key. Where they are files, they are read again as files are
 * rotated; a pair that does not belong together, because one of the two was already replaced, is
 * left until the next time.
 */
export function clientCertificate(
  certificate: PemSource | undefined,
  key: PemSource | undefined,
): CredentialSource {
  let pair: Credentials = {
    ...(certificate === undefined ? {} : { certificate: certificate.loaded }),
    ...(key === undefined ? {} : { key: key.loaded }),
  }
  return {
    async current() {
      const [newCertificate, newKey] = await Promise.all([certificate?.current(), key?.current()])
      if (newCertificate === undefined || newKey === undefined) return pair
      if (newCertificate === pair.certificate && newKey === pair.key) return pair
      if (belongTogether(newCertificate, newKey))
        pair = { certificate: newCertificate, key: newKey }
      return pair
    },
    invalidate() {
      certificate?.invalidate()
      key?.invalidate()
    },
  }
}

function belongTogether(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
