import type { LookupFunction, Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext } from 'node:tls'
import type { OpenedConnection } from './opened-connection.ts'
import type { ServerAddress } from './server-address.ts'
import type { TlsOptions } from './tls-options.ts'

/**
 * Begins TLS connections to one server, whose sessions are resumed: connections of their own, or on
 * a `tunnel` that leads to the server. They throw for certificates or a key that are no PEM.
 */
export function tlsOpener(
  { host, port }: ServerAddress,
  { lookup, tls = {} }: { readonly lookup: LookupFunction; readonly tls?: TlsOptions },
): (tunnel?: Socket) => OpenedConnection {
  const { serverName = isName(host) ? host : '' } = tls
  let secureContext: SecureContext | undefined
  let session: Buffer | undefined
  return (tunnel) => {
    // With the first connection: reading the usual authorities takes its time.
    secureContext ??= contextOf(tls)
    const socket = connect({
      host,
      port,
      lookup,
      servername: serverName,
      secureContext,
      ALPNProtocols: ['http/1.1'],
      ...(tunnel === undefined ? {} : { socket: tunnel }),
      ...(session === undefined ? {} : { session }),
    })
    socket.on('session', (ticket: Buffer) => {
      session = ticket
    })
    return { socket, onBytes: (listener) => socket.on('data', listener) }
  }
}

function contextOf({ ca, certificate, key }: TlsOptions): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  })
}

/** TLS names a server by its host name only (RFC 6066 §3). */
function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(':')
}
