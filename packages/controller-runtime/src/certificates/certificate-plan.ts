import { X509Certificate } from 'node:crypto'

import {
  coversHost,
  createAuthority,
  createLeaf,
  issuerOf,
  type KeyAndCertificate,
} from '@fairlead/pki'

import type { CertificateLifetimes } from './certificate-lifetimes.ts'
import type { FoundCertificates, StoredCertificates } from './stored-certificates.ts'

/** What certificates are planned for. */
interface CertificatePlanOptions {
  /** The names and addresses under which the server is called. */
  readonly hosts: readonly string[]
  readonly lifetimes: CertificateLifetimes
  readonly nowMs: number
}

/** The certificates that there should be, and why they are not those that were found. */
interface CertificatePlan {
  readonly certificates: StoredCertificates
  /** Empty when nothing need be written. */
  readonly changes: readonly string[]
}

/** Backdated a little, for those whose clocks are behind. */
const backdateMs = 5 * 60 * 1000
/** Trusting more than these would make configurations large; there are two at most in good times. */
const earlierMax = 4

/**
 * Which certificates there should be now; those that were found, as long as they can stay. Without
 * I/O, and made so that nobody notices: an authority signs only after it has been trusted for the
 * overlap, and is trusted as long as something that it signed may be shown. Only when a certificate
 * or its authority has already expired, or is lost, there is no time for that.
 */
export function planCertificates(
  found: FoundCertificates,
  options: CertificatePlanOptions,
): CertificatePlan {
  const changes: string[] = []
  const authorities = planAuthorities(found, options, changes)
  const signing = advanced(authorities, options)
  const attainableMs = endOfNew(signing.authority, options)
  const reason = whyNotServing(found.serving, authorities, attainableMs, options)
  if (reason === undefined && found.serving !== undefined) {
    return { certificates: { ...authorities, serving: found.serving }, changes }
  }
  if (signing !== authorities) changes.push('the next authority signs from now on')
  changes.push(`a new certificate: ${reason}`)
  const serving = newServing(signing.authority, options)
  return { certificates: { ...signing, serving }, changes }
}

type Authorities = Omit<StoredCertificates, 'serving'>

function planAuthorities(
  found: FoundCertificates,
  { lifetimes, nowMs }: CertificatePlanOptions,
  changes: string[],
): Authorities {
  const earlier = (found.earlier ?? []).filter((pem) => endOf(pem) > nowMs)
  let { authority, next } = found
  if (next !== undefined && whyNotNow(next.certificate, nowMs) !== undefined) next = undefined
  const reason = authority === undefined ? 'there is none' : whyNotNow(authority.certificate, nowMs)
  if (reason !== undefined || authority === undefined) {
    changes.push(`a new authority: ${reason}`)
    // Replicas whose clocks are ahead show what it has signed, until they hear of this.
    if (authority !== undefined && endOf(authority.certificate) > nowMs) {
      earlier.unshift(authority.certificate)
    }
    authority = next ?? newAuthority(lifetimes, nowMs)
    next = undefined
  }
  if (next === undefined && endOf(authority.certificate) - nowMs < 2 * lifetimes.certificateMs) {
    changes.push('the next authority, because this one expires')
    next = newAuthority(lifetimes, nowMs)
  }
  if ((found.earlier ?? []).some((pem) => endOf(pem) <= nowMs)) {
    changes.push('earlier authorities have expired')
  }
  return {
    authority,
    ...(next === undefined ? {} : { next }),
    earlier: earlier.slice(0, earlierMax),
  }
}

/** The next authority in the place of the one that signs, if it has been trusted for long enough. */
function advanced(
  authorities: Authorities,
  { lifetimes, nowMs }: CertificatePlanOptions,
): Authorities {
  const { authority, next, earlier } = authorities
  if (next === undefined) return authorities
  const madeMs = startOf(next.certificate) + backdateMs
  if (nowMs - madeMs < lifetimes.overlapMs) return authorities
  return { authority: next, earlier: [authority.certificate, ...earlier].slice(0, earlierMax) }
}

/** Why the certificate cannot stay; undefined when it can. */
function whyNotServing(
  serving: KeyAndCertificate | undefined,
  { authority, earlier }: Authorities,
  attainableMs: number,
  { hosts, lifetimes, nowMs }: CertificatePlanOptions,
): string | undefined {
  if (serving === undefined) return 'there is none, or it cannot be read'
  const certificate = new X509Certificate(serving.certificate)
  const endMs = certificate.validToDate.getTime()
  const invalid = whyNotNow(serving.certificate, nowMs)
  if (invalid !== undefined) return invalid
  // One that would end at the same time, with its authority, is no better.
  if (endMs - nowMs < lifetimes.certificateMs / 3 && attainableMs > endMs) return 'it expires'
  const missing = hosts.find((host) => !coversHost(certificate, host))
  if (missing !== undefined) return `it is not for ${missing}`
  const trusted = [authority.certificate, ...earlier]
  const isTrusted = trusted.some((pem) => certificate.verify(new X509Certificate(pem).publicKey))
  return isTrusted ? undefined : 'no authority that is trusted has signed it'
}

function newAuthority({ authorityMs }: CertificateLifetimes, nowMs: number): KeyAndCertificate {
  // Two authorities in one bundle must differ in their names, for those who choose by name.
  const commonName = `webhook-authority-${new Date(nowMs).toISOString()}`
  return createAuthority(commonName, {
    notBefore: new Date(nowMs - backdateMs),
    notAfter: new Date(nowMs + authorityMs),
  })
}

function newServing(
  authority: KeyAndCertificate,
  options: CertificatePlanOptions,
): KeyAndCertificate {
  const request = {
    usage: 'server',
    subject: { commonName: 'webhooks' },
    hosts: options.hosts,
    notBefore: new Date(options.nowMs - backdateMs),
    notAfter: new Date(endOfNew(authority, options)),
  } as const
  return createLeaf(request, issuerOf(authority))
}

/** When a certificate would end that is made now; in whole seconds, as certificates count. */
function endOfNew(
  authority: KeyAndCertificate,
  { lifetimes, nowMs }: CertificatePlanOptions,
): number {
  const endMs = Math.min(nowMs + lifetimes.certificateMs, endOf(authority.certificate))
  return Math.floor(endMs / 1000) * 1000
}

/** Why nobody accepts a certificate now; undefined while it is valid. */
function whyNotNow(pem: string, nowMs: number): string | undefined {
  if (endOf(pem) <= nowMs) return 'it has expired'
  // Made while a clock was ahead: waiting for that time may take as long as a certificate lives.
  return startOf(pem) > nowMs ? 'it is not valid yet' : undefined
}

/** When a certificate ends, in milliseconds of the epoch. */
export function endOf(pem: string): number {
  return new X509Certificate(pem).validToDate.getTime()
}

function startOf(pem: string): number {
  return new X509Certificate(pem).validFromDate.getTime()
}
