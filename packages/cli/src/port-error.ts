import { variableOf } from './declarations/declaration.ts'
import type { PortFlag } from './options.ts'

/** Cannot listen on a port; the message names the flag and the variable that change it. */
class PortError extends Error {
  override readonly name = 'PortError'
}

/**
 * Waits until a server listens on the port of a flag. Rejects with PortError if the port is taken
 * or requires privileges, and with the server's own error otherwise.
 */
export async function takingPort<Server>(
  flag: PortFlag,
  starting: Promise<Server>,
): Promise<Server> {
  try {
    return await starting
  } catch (cause) {
    const message = explain(flag, cause)
    throw message === undefined ? cause : new PortError(message, { cause })
  }
}

function explain(flag: PortFlag, cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const { code, port } = cause as NodeJS.ErrnoException & { readonly port?: number }
  const variable = variableOf(flag)
  if (code === 'EADDRINUSE') {
    return `port ${port} is in use: stop the process that listens on it, or start with --${flag} 0 for a free one (${variable})`
  }
  if (code === 'EACCES') {
    return `port ${port} requires privileges: start with --${flag} and a port of 1024 or above (${variable})`
  }
  return undefined
}
