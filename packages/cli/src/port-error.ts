import { variableOf, type PortFlag } from './options.ts'

/** A port cannot be listened on; the message names the flag and the variable that choose another. */
class PortError extends Error {
  override readonly name = 'PortError'
}

/**
 * Waits for a server that listens on the port of a flag. Rejects with PortError if the port is taken
 * or not for this user, and with the server's own error otherwise.
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
    return `port ${port} is taken: stop what listens there, or start with --${flag} 0 for a free one (${variable})`
  }
  if (code === 'EACCES') {
    return `port ${port} may not be taken by this user: start with --${flag} and a port from 1024 on (${variable})`
  }
  return undefined
}
