import { X509Certificate } from 'node:crypto'

import { goQuote } from '@fairlead/kube-core'

const wanted = 'CERTIFICATE'
const block = /-----BEGIN ([^\n]*?)-----[ \t\r]*\n([^-]*)-----END \1-----/g

/**
 * What is wrong with certificates that a signer has issued, as base64 of their PEM; undefined when
 * nothing is, or there are none. As validateCertificate in Kubernetes' validation of signing requests.
 */
export function certificateProblem(encoded: string): string | undefined {
  if (encoded === '') return undefined
  const blocks = [...Buffer.from(encoded, 'base64').toString('latin1').matchAll(block)]
  for (const [, type = '', body = ''] of blocks) {
    if (type !== wanted) return `only ${wanted} PEM blocks are allowed, found ${goQuote(type)}`
    if (body.includes(':')) return 'no PEM block headers are permitted'
    if (!isCertificate(body)) return 'x509: malformed certificate'
  }
  return blocks.length === 0 ? `must contain at least one ${wanted} PEM block` : undefined
}

function isCertificate(body: string): boolean {
  try {
    return new X509Certificate(Buffer.from(body, 'base64')).raw.length > 0
  } catch {
    return false
  }
}
