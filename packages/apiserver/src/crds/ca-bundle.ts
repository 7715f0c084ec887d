import { X509Certificate } from 'node:crypto'

import { objectOrEmpty } from '@fairlead/base'
import { GoSyntax, invalidField, type FieldError, type KubernetesObject } from '@fairlead/kube-core'

import { isTrue, statusOf } from './definition-status.ts'

const begin = '-----BEGIN CERTIFICATE-----'
const end = '-----END CERTIFICATE-----'

/** The authorities of the webhook that converts the objects of a definition; empty without any. */
function caBundleOf(definition: KubernetesObject): Buffer {
  const { conversion } = objectOrEmpty(definition['spec'])
  const { clientConfig } = objectOrEmpty(objectOrEmpty(conversion)['webhook'])
  const { caBundle } = objectOrEmpty(clientConfig)
  return Buffer.from(typeof caBundle === 'string' ? caBundle : '', 'base64')
}

/** Whether the authorities cannot be read, so that the webhook could never be called. */
export function hasInvalidCaBundle(definition: KubernetesObject): boolean {
  return problemOf(caBundleOf(definition).toString('latin1')) !== undefined
}

/**
 * As allowInvalidCABundle in Kubernetes' apiextensions-apiserver: only a kind that is not served, or
 * whose authorities were invalid before, may have them so.
 */
export function checkCaBundle(next: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const bundle = caBundleOf(next)
  const problem = problemOf(bundle.toString('latin1'))
  if (problem === undefined) return []
  if (!isTrue(statusOf(previous), 'Established') || hasInvalidCaBundle(previous)) return []
  const detail = `unable to load root certificates: ${problem}`
  return [invalidField('spec.conversion.webhookClientConfig.caBundle', goBytes(bundle), detail)]
}

/** As AppendCertsFromPEM in Go: one certificate that can be read is enough. */
function problemOf(pem: string): string | undefined {
  if (pem === '') return undefined
  let problem = 'unable to parse bytes as PEM block'
  for (let start = pem.indexOf(begin); start >= 0; start = pem.indexOf(begin, start + 1)) {
    const stop = pem.indexOf(end, start)
    if (stop < 0) break
    try {
      const read = new X509Certificate(pem.slice(start, stop + end.length))
      if (read.raw.length > 0) return undefined
    } catch {
      problem = 'failed to parse certificate: x509: malformed certificate'
    }
  }
  return problem
}

function goBytes(bytes: Buffer): GoSyntax {
  const items = [...bytes].map((byte) => `0x${byte.toString(16)}`)
  return new GoSyntax(`[]byte{${items.join(', ')}}`)
}
