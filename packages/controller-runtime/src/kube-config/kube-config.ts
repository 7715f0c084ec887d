/** How to reach an API server and how to authenticate. */
export interface KubeConfig {
  /** The server's address, `https://host:port`, with a path if it has one. */
  readonly server: string
  /** The namespace of the context, if set. */
  readonly namespace?: string
  readonly tls: ServerTls
  readonly credentials: CredentialSource
}

/** How the server's certificate is verified. */
export interface ServerTls {
  /** PEM of the CAs to trust instead of the system's. */
  readonly ca?: string
  /** The name expected in the certificate, if it differs from the URL's host. */
  readonly serverName?: string
  readonly insecureSkipVerify?: boolean
}

/** What the client presents. All fields absent means anonymous. */
export interface Credentials {
  /** The complete value of the Authorization header. */
  readonly authorization?: string
  /** PEM of the client certificate and its key, for mutual TLS. */
  readonly certificate?: string
  readonly key?: string
}

/** Credentials that may change over time: a token file is rotated, a plugin's token expires. */
export interface CredentialSource {
  current(signal: AbortSignal): Promise<Credentials>
  /** The server rejected them: get new ones next time. */
  invalidate(): void
}

/** Thrown when a kubeconfig cannot be used; the message names the file, context or user. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError'
}

/** Credentials that never change. */
export function fixedCredentials(credentials: Credentials): CredentialSource {
  return { current: () => Promise.resolve(credentials), invalidate: () => {} }
}
