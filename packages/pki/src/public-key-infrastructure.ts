import { X509Certificate } from 'node:crypto'

import {
  createAuthority,
  createLeaf,
  issuerOf,
  type LeafRequest,
  type Validity,
} from './authority.ts'
import { issueCertificate, type CertificateIssuer, type CertificateRequest } from './certificate.ts'
import { coversHost } from './covers-host.ts'
import type { CredentialFiles } from './credential-files.ts'
import type { KeyAndCertificate } from './key-and-certificate.ts'

const dayMs = 24 * 60 * 60 * 1000
const authorityLifetimeMs = 3650 * dayMs
const leafLifetimeMs = 365 * dayMs
const renewBeforeExpiryMs = 30 * dayMs
/** Certificates are backdated slightly so that clients whose clocks are behind accept them. */
const backdateMs = 5 * 60 * 1000

/**
 * The server's own certificate authority and the certificates that it signed (ECDSA P-256).
 *
 * Everything is kept in `files` and reused after a restart, so that a kubeconfig stays valid. A
 * leaf is reissued when it expires within 30 days, when the authority changed or when it lacks a
 * requested host; the authority is reissued when it expires within 30 days, which invalidates
 * earlier kubeconfigs (once in ten years).
 */
export class PublicKeyInfrastructure {
  readonly #files: CredentialFiles
  readonly #now: () => number
  readonly #authority: KeyAndCertificate
  /** The authority, once it has signed something. */
  #issuer: CertificateIssuer | undefined

  constructor(files: CredentialFiles, now: () => number) {
    this.#files = files
    this.#now = now
    this.#authority = this.#loadAuthority()
  }

  /** PEM of the authority's certificate, for clients to trust. */
  get caCertificate(): string {
    return this.#authority.certificate
  }

  /** The stored leaf called `name`, or a new one. */
  leaf(name: string, request: LeafRequest): KeyAndCertificate {
    const stored = this.#load(name)
    if (stored !== undefined && this.#isUsable(stored, request)) return stored
    return this.#store(name, this.newLeaf(request))
  }

  /** A new leaf, which is not stored. */
  newLeaf(request: LeafRequest): KeyAndCertificate {
    return createLeaf({ ...request, ...this.#validity(leafLifetimeMs) }, this.#signer())
  }

  /** A certificate for somebody else's key; of at most the authority's own lifetime. PEM. */
  sign(
    request: Pick<CertificateRequest, 'subject' | 'hosts' | 'usage' | 'publicKey'>,
    lifetimeMs: number,
  ): string {
    const nowMs = this.#now()
    const end = new X509Certificate(this.#authority.certificate).validToDate.getTime()
    const validity = this.#validity(Math.min(lifetimeMs, end - nowMs))
    return issueCertificate({ ...request, ...validity }, this.#signer())
  }

  #signer(): CertificateIssuer {
    return (this.#issuer ??= issuerOf(this.#authority))
  }

  #loadAuthority(): KeyAndCertificate {
    const stored = this.#load('ca')
    if (stored !== undefined && this.#isFresh(new X509Certificate(stored.certificate)))
      return stored
    return this.#store('ca', createAuthority('fairlead-ca', this.#validity(authorityLifetimeMs)))
  }

  #validity(lifetimeMs: number): Validity {
    const nowMs = this.#now()
    return { notBefore: new Date(nowMs - backdateMs), notAfter: new Date(nowMs + lifetimeMs) }
  }

  #isUsable(stored: KeyAndCertificate, request: LeafRequest): boolean {
    const certificate = new X509Certificate(stored.certificate)
    const authority = new X509Certificate(this.#authority.certificate)
    return (
      this.#isFresh(certificate) &&
      certificate.verify(authority.publicKey) &&
      (request.hosts ?? []).every((host) => coversHost(certificate, host))
    )
  }

  #isFresh(certificate: X509Certificate): boolean {
    return certificate.validToDate.getTime() - this.#now() > renewBeforeExpiryMs
  }

  #load(name: string): KeyAndCertificate | undefined {
    const certificate = this.#files.read(`${name}.crt`)
    const privateKey = this.#files.read(`${name}.key`)
    return certificate && privateKey ? { certificate, privateKey } : undefined
  }

  #store(name: string, pair: KeyAndCertificate): KeyAndCertificate {
    this.#files.write(`${name}.key`, pair.privateKey)
    this.#files.write(`${name}.crt`, pair.certificate)
    return pair
  }
}
