import type { X509Certificate } from 'node:crypto'

import { isAddress } from './certificate.ts'

/** Whether a certificate is for a host: a DNS name or an IP address. */
export function coversHost(certificate: X509Certificate, host: string): boolean {
  const found = isAddress(host) ? certificate.checkIP(host) : certificate.checkHost(host)
  return found !== undefined
}
