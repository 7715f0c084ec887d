import type { PostgresAddress } from './postgres-address.ts'

/** What may be named when a server cannot be used. */
export interface TroubleContext extends Pick<
  PostgresAddress,
  'title' | 'user' | 'database' | 'host'
> {
  readonly schema: string
  readonly maxConnections: number
  readonly deadlineMs: number
  readonly fields: PostgresFields
}

/** Where a resource says what can be changed; undefined where it cannot. */
export interface PostgresFields {
  readonly maxConnections: string | undefined
  /** The Secret with the authorities that are trusted. */
  readonly authorities: string | undefined
}

/** No connection of the pool became free in time. */
export class PoolExhausted extends Error {}

/**
 * What a failure means for whoever looks after the server, with the failure as cause. Passwords are in
 * no message.
 */
export function describePostgresTrouble(error: unknown, context: TroubleContext): Error {
  const said = error instanceof Error ? error.message : String(error)
  const advice = adviceFor(error, context)
  return new Error(`${context.title}: ${advice === undefined ? said : `${advice} (${said})`}`, {
    cause: error,
  })
}

/** Whether the connection was lost, or none was made: what was asked may or may not have been done. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof PoolExhausted) return false
  const code = codeOf(error)
  if (code === undefined) return isLostConnection(error)
  return !isServerCode(code) || /^(?:08|57P0[123])/.test(code)
}

/** Whether the same may be asked again at once: others were in the way. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error) ?? '')
}

/** Whether the server has answered the question, so that its connection can be used on. */
export function isServerAnswer(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && isServerCode(code) && !/^(?:08|57P)/.test(code)
}

const resumes = 'the store resumes by itself'

function adviceFor(error: unknown, context: TroubleContext): string | undefined {
  const { user, database, schema, host, maxConnections, deadlineMs, fields } = context
  const bound = fields.maxConnections
  if (error instanceof PoolExhausted) {
    const raise = bound === undefined ? '' : `raise ${bound}, or `
    return `all ${maxConnections} connections were busy for ${deadlineMs} ms: ${raise}look for what slows the server`
  }
  const code = codeOf(error) ?? ''
  const known: Readonly<Record<string, string>> = {
    '28P01': `the password of user "${user}" is wrong: correct the URL in the Secret; ${resumes}`,
    '28000': `user "${user}" may not connect to database "${database}": add a line for it to pg_hba.conf, or correct the URL in the Secret`,
    '3D000': `there is no database "${database}": create it (CREATE DATABASE ... ENCODING 'UTF8'), or correct the URL in the Secret`,
    '53300': `the server has too many connections: ${bound === undefined ? '' : `lower ${bound}, `}raise its max_connections, or put a pooler in front of it`,
    '25006': `the server takes no changes, as a standby: let the URL name the primary`,
    '53100': `the disk of the server is full: free space, and ${resumes}`,
    '53200': `the server is out of memory; ${resumes}`,
    '58030': `the server cannot read or write its files: check its disk; ${resumes}`,
    '42501': `user "${user}" lacks a permission: as owner of the database, run CREATE SCHEMA IF NOT EXISTS "${schema}" AUTHORIZATION "${user}", or GRANT CREATE ON DATABASE "${database}" TO "${user}"`,
    '57P03': `the server is starting or stopping; ${resumes}`,
    '57P01': `the server was stopped; ${resumes}`,
    '57P02': `the server has crashed and starts again; ${resumes}`,
    '55P03': 'another transaction has locked what is to be changed: look at pg_locks',
    '57014': `the server did not answer within ${deadlineMs} ms: look for what slows it`,
    '42P01': missingTables(schema),
    '3F000': missingTables(schema),
    '42883': missingTables(schema),
    XX001: `the server has damaged data: restore a backup`,
    XX002: `the server has a damaged index: REINDEX SCHEMA "${schema}"`,
    ECONNREFUSED: `no server answers there: start it, or correct the URL in the Secret; ${resumes}`,
    ENOTFOUND: `there is no host "${host}": correct the URL in the Secret`,
    EAI_AGAIN: `the name "${host}" cannot be looked up: check the DNS; ${resumes}`,
    EHOSTUNREACH: `there is no way to the server: check the network and its policies; ${resumes}`,
    ENETUNREACH: `there is no way to the server: check the network and its policies; ${resumes}`,
    ENOENT: `there is no socket of a server in "${host}"`,
    ERR_TLS_CERT_ALTNAME_INVALID: `the server's certificate is not for "${host}": give it one that is, name the server as the certificate does, or use sslmode=verify-ca`,
    CERT_HAS_EXPIRED: `the server's certificate has expired: renew it`,
  }
  if (known[code] !== undefined) return known[code]
  const said = error instanceof Error ? error.message : ''
  if (/CERT|SELF_SIGNED|ISSUER/.test(code)) {
    const name =
      fields.authorities === undefined
        ? 'name its authority in the file of NODE_EXTRA_CA_CERTS'
        : `name its authority with ${fields.authorities}`
    return `the server's certificate is of no authority that is trusted: ${name}`
  }
  if (said.includes('does not support SSL connections')) {
    return `the server has no TLS, which the URL asks for: turn it on (ssl = on), or use another sslmode`
  }
  if (/^Query read timeout|connection timeout|timeout expired/.test(said)) {
    return `the server did not answer within ${deadlineMs} ms; ${resumes}`
  }
  if (isLostConnection(error)) return `the connection was lost; ${resumes}`
  return undefined
}

function missingTables(schema: string): string {
  return `tables or functions in the schema "${schema}" are missing: restore a backup, or drop the schema, which is made anew when the store is opened`
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Five characters, as SQL has them. */
function isServerCode(code: string): boolean {
  return /^[\dA-Z]{5}$/.test(code) && !code.startsWith('E')
}

function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /Connection terminated|Client has encountered a connection error|Query read timeout|Connection ended|timeout expired/.test(
    error.message,
  )
}
