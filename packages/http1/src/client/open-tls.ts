import type { LookupFunction, Socket } from 'node:net'
import { connect } from 'node:tls'
import type { OpenedConnection } from './opened-connection.ts'
import type { ServerAddress } from './server-address.ts'

/**
 * Begins TLS connections to one server, whose sessions are resumed: connections of their own, or on
 * a `tunnel` that leads to the server.
 */
export function tlsOpener(
  { host, port }: ServerAddress,
  { lookup, ca }: { readonly lookup: LookupFunction; readonly ca?: string },
): (tunnel?: Socket) => OpenedConnection {
  let session: Buffer | undefined
  return (tunnel) => {
    const socket = connect({
      host,
      port,
      lookup,
      servername: isName(host) ? host : '',
      ALPNProtocols: ['http/1.1'],
      ...(tunnel === undefined ? {} : { socket: tunnel }),
      ...(session === undefined ? {} : { session }),
      ...(ca === undefined ? {} : { ca }),
    })
    socket.on('session', (ticket: Buffer) => {
      session = ticket
    })
    return { socket, onBytes: (listener) => socket.on('data', listener) }
  }
}

/** TLS names a server by its host name only (RFC 6066 §3). */
function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(':')
}
