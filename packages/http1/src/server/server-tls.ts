import { createHash } from 'node:crypto'

/** How callers' connections are secured. All texts are PEM. */
export interface ServerTls {
  /** The server's certificate, followed by those that lead to its authority. */
  readonly certificate: string
  /** The private key of the first certificate. */
  readonly key: string
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  readonly clients: ClientCertificates | undefined
  /**
   * 48 bytes: processes that share a port and these keys resume each other's sessions. Left out,
   * a process resumes its own only.
   */
  readonly ticketKeys?: Uint8Array
}

/** Certificates that callers are asked for. */
export interface ClientCertificates {
  /** Authorities that sign them; no others are trusted. */
  readonly authorities: string
  /** Whether a caller without one is refused. One that is not valid always is. */
  readonly required: boolean
}

/**
 * Names the settings under which a session was made: a session that was made under others is not
 * resumed, so that whoever is trusted no more is asked for a certificate again.
 */
export function sessionContext({ certificate, minVersion, clients }: ServerTls): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([certificate, minVersion, clients?.authorities, clients?.required]))
  return hash.digest('hex').slice(0, 32)
}
