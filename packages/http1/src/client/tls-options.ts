/** How connections over TLS are secured; what is left out is as Node.js has it by default. */
export interface TlsOptions {
  /** Certificates of authorities, as PEM, that are trusted instead of those that Node.js comes with. */
  readonly ca?: string
  /** Certificate and key, as PEM, that are shown to a server that asks for them. */
  readonly certificate?: string
  readonly key?: string
  /** The host name that the server's certificate must have, instead of the origin's; no address. */
  readonly serverName?: string
}
