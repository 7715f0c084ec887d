/** How to reach an API server and how to authenticate. */
export interface KubeConfig {
  /** The server's address, `https://host:port`, with a path if it has one. */
  readonly server: string
  /** The namespace of the context, if set. */
  readonly namespace?: string
  readonly tls: ServerTls
  readonly credentials: CredentialSource
  /** Whom the client acts as, which the user that it authenticates as must be allowed. */
  readonly impersonate?: Impersonation
  /** The address of the HTTP or HTTPS proxy through which the server is reached. */
  readonly proxy?: string
  /** Whether answers are compressed. By default they are, unless the server is on this machine. */
  readonly compression?: boolean
}

/** A user other than the one whose credentials are presented. */
export interface Impersonation {
  readonly user: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** How the server's certificate is verified. */
export interface ServerTls {
  /** PEM of the CAs to trust instead of the system's. */
  readonly ca?: string
  /** The same as it is now, where it may change: a file that is rotated. */
  currentCa?(this: void): Promise<string>
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

/** What several sources give together; of equal fields the last counts. */
export function combinedCredentials(sources: readonly CredentialSource[]): CredentialSource {
  return {
    async current(signal) {
      const parts = await Promise.all(sources.map((source) => source.current(signal)))
      return Object.assign({}, ...parts) as Credentials
    },
    invalidate() {
      for (const source of sources) source.invalidate()
    },
  }
}

/** Credentials that never change. */
export function fixedCredentials(credentials: Credentials): CredentialSource {
  return { current: () => Promise.resolve(credentials), invalidate: () => {} }
}
