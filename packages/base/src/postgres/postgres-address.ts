import type { ConnectionOptions } from 'node:tls'

/** Where the server is, and how connections to it are made. */
export interface PostgresAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** TLS options, or none without TLS. */
  readonly ssl: ConnectionOptions | undefined
  /** Whether a server that has no TLS is spoken to without. */
  readonly mayBePlain: boolean
  /** Names the server in messages, without the password. */
  readonly title: string
}

const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

/**
 * Reads the URL of a server, `postgres://user:password@host:5432/database?sslmode=verify-full`. The
 * modes mean what they mean to PostgreSQL's own programs:
 * - `disable`: no TLS.
 * - `prefer`, the default: TLS where the server has it, whose certificate is not looked at; otherwise
 *   none.
 * - `require`: TLS; the certificate is looked at only where authorities are given, as with `verify-ca`.
 * - `verify-ca`: TLS; the certificate is of one of the authorities, whatever name it is for.
 * - `verify-full`: as well, it is for the host of the URL. The default where authorities are given.
 * Throws for what is not understood, without repeating the URL, which holds the password.
 */
export function postgresAddress(url: string, ca: string | undefined): PostgresAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^postgres(?:ql)?:$/.test(parsed.protocol)) {
    throw new Error('the URL must be like postgres://user:password@host:5432/database')
  }
  const parameters = new Map(parsed.searchParams)
  const unknown = [...parameters.keys()].filter((name) => name !== 'sslmode' && name !== 'host')
  if (unknown.length > 0) {
    throw new Error(
      `the URL has the parameter ${unknown[0]}: of parameters, it may have sslmode and host`,
    )
  }
  const host = parameters.get('host') ?? hostOf(parsed)
  const port = parsed.port === '' ? 5432 : Number(parsed.port)
  const user = decoded(parsed.username, 'user')
  if (user === '') throw new Error('the URL names no user: postgres://user:password@host/database')
  const database = decoded(parsed.pathname.slice(1), 'database') || user
  const mode = parameters.get('sslmode') ?? (ca === undefined ? 'prefer' : 'verify-full')
  return {
    host,
    port,
    user,
    password: decoded(parsed.password, 'password'),
    database,
    ssl: tlsOptions(mode, ca, host),
    mayBePlain: mode === 'prefer',
    title: `PostgreSQL at ${host}:${port}`,
  }
}

function tlsOptions(mode: string, ca: string | undefined, host: string) {
  if (!sslModes.some((one) => one === mode)) {
    throw new Error(`sslmode=${mode} in the URL is not supported: use ${sslModes.join(', ')}`)
  }
  // No TLS on sockets of the machine.
  if (mode === 'disable' || host.startsWith('/')) return undefined
  const authorities = ca === undefined ? {} : { ca }
  const isUnchecked = mode === 'prefer' || (mode === 'require' && ca === undefined)
  if (isUnchecked) return { ...authorities, rejectUnauthorized: false }
  if (mode === 'verify-full') return authorities
  return { ...authorities, checkServerIdentity: () => undefined }
}

function hostOf({ hostname }: URL): string {
  const host = decoded(hostname, 'host').replace(/^\[(.*)\]$/, '$1')
  return host === '' ? 'localhost' : host
}

function decoded(part: string, name: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Error(`the ${name} in the URL has a % that begins no character: write it as %25`)
  }
}
