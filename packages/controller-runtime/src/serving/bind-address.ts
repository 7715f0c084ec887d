/** Where a server listens. */
export interface BindAddress {
  /** Undefined for all addresses of the machine. */
  readonly host?: string
  /** 0 picks a free one. */
  readonly port: number
}

/**
 * Reads an address as Go's flags spell it: `:8443`, `127.0.0.1:8081`, `[::1]:9443`. Undefined for
 * `0`, which means that nothing is served.
 * @throws an Error for anything else
 */
export function parseBindAddress(text: string): BindAddress | undefined {
  if (text === '0') return undefined
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) {
    throw new Error(`"${text}" is no address to listen on: write host:port, :port, or 0 for none`)
  }
  const host = bracketed ?? plain
  return host ? { host, port } : { port }
}

/** The way back, for messages and URLs: a host of IPv6 in brackets. */
export function formatBindAddress({ host = '', port }: BindAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
