/** A certificate and its private key, both PEM. */
export interface KeyAndCertificate {
  readonly certificate: string
  readonly privateKey: string
}
