/** A certificate with its chain, and its private key, in PEM. */
export interface ServingCertificate {
  readonly cert: string
  readonly key: string
}

/** Where a server gets the certificate that it shows, which may change while it runs. */
export interface CertificateSource {
  /** Undefined while there is none yet: handshakes fail until there is one. */
  current(): ServingCertificate | undefined
  /** Calls back after each change of `current()`; returns what ends that. */
  onChange(listener: () => void): () => void
}

/** A certificate that stays the same. */
export function fixedCertificate(certificate: ServingCertificate): CertificateSource {
  return { current: () => certificate, onChange: () => () => {} }
}
