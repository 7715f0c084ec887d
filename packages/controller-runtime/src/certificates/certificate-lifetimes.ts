/** How long certificates are valid, in milliseconds, and when they are replaced. */
export interface CertificateLifetimes {
  /** Of the server's certificate. Defaults to 90 days; it is replaced after two thirds of that. */
  readonly certificateMs: number
  /**
   * Of the authority. Defaults to 3 years; the next one is made when twice the lifetime of a
   * certificate is left, so it must be more than three times that.
   */
  readonly authorityMs: number
  /**
   * How long an authority has been trusted before something is shown that it signed. Defaults to 1 h:
   * all replicas and API servers have heard of it by then.
   */
  readonly overlapMs: number
}

const dayMs = 24 * 60 * 60 * 1000

/** The lifetimes with their defaults. @throws Error when they leave no time for a change */
export function certificateLifetimes(
  given: Partial<CertificateLifetimes> = {},
): CertificateLifetimes {
  const certificateMs = given.certificateMs ?? 90 * dayMs
  const authorityMs = given.authorityMs ?? Math.max(3 * 365 * dayMs, 12 * certificateMs)
  const overlapMs = given.overlapMs ?? Math.min(60 * 60 * 1000, certificateMs / 3)
  for (const [name, ms] of Object.entries({ certificateMs, authorityMs, overlapMs })) {
    if (!(ms > 0 && Number.isFinite(ms))) throw new Error(`${name} must be above 0, not ${ms}`)
  }
  if (authorityMs <= 3 * certificateMs) {
    throw new Error(
      `an authority must be valid for more than three times as long as a certificate: ${authorityMs} ms is not more than 3 × ${certificateMs} ms`,
    )
  }
  if (overlapMs > certificateMs / 3) {
    throw new Error(
      `the overlap of authorities must be at most a third of the lifetime of a certificate: ${overlapMs} ms is more than ${certificateMs} ms / 3`,
    )
  }
  return { certificateMs, authorityMs, overlapMs }
}
