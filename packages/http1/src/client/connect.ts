import type { LookupFunction, Socket } from 'node:net'
import type { Clock } from '@fairlead/base'
import { Establishment } from './establishment.ts'
import { tcpOpener } from './open-tcp.ts'
import { tlsOpener } from './open-tls.ts'
import type { Connect, OpenedConnection } from './opened-connection.ts'
import { openTunnel } from './proxy-tunnel.ts'
import { type ServerAddress, serverAddress } from './server-address.ts'
import type { TlsOptions } from './tls-options.ts'

export interface ConnectOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly origin: string
  /**
   * `http://host:port` of a forward proxy that every connection goes through, in a tunnel. Without
   * one, connections go straight to the origin.
   */
  readonly proxy?: string
  readonly clock: Clock
  /** For the whole: connection, tunnel and handshake. */
  readonly timeoutMs: number
  /**
   * Resolves the host name that is connected to, which is the proxy's if there is one, and may
   * refuse to. Not asked for an address.
   */
  readonly lookup: LookupFunction
  /** For an https origin, also in a tunnel. */
  readonly tls?: TlsOptions
}

/** A peer that has vanished without a word is noticed, and no firewall forgets a quiet connection. */
const tcpKeepAliveMs = 60_000

/**
 * Opens connections to one origin: over TLS 1.2 or later, whose sessions are resumed, if it is https.
 * They reject with ConnectTimeout, with TunnelError if the proxy does not open the tunnel, or with the
 * system's error, also for certificates or a key that are no PEM.
 */
export function connectorTo(options: ConnectOptions): Connect {
  const server = serverAddress(options.origin)
  const open =
    options.proxy === undefined
      ? straight(server, options)
      : throughProxy(server, options.proxy, options)
  return async () => {
    const establishment = new Establishment(options)
    try {
      return await open(establishment)
    } finally {
      establishment.end()
    }
  }
}

type Open = (establishment: Establishment) => Promise<OpenedConnection>

function straight(server: ServerAddress, options: ConnectOptions): Open {
  const { isSecure } = server
  const begin = isSecure ? tlsOpener(server, options) : tcpOpener(server, options.lookup)
  return async (establishment) => {
    const connection = begin()
    await connected(connection.socket, isSecure ? 'secureConnect' : 'connect', establishment)
    return connection
  }
}

function throughProxy(server: ServerAddress, proxy: string, options: ConnectOptions): Open {
  const { authority } = server
  const begin = tcpOpener(serverAddress(proxy), options.lookup)
  const secure = server.isSecure ? tlsOpener(server, options) : undefined
  return async (establishment) => {
    const tunnel = begin()
    await connected(tunnel.socket, 'connect', establishment)
    await openTunnel(tunnel, { proxy, authority }, establishment)
    if (secure === undefined) return tunnel
    const connection = secure(tunnel.socket)
    await establishment.step(connection.socket, (done) =>
      connection.socket.once('secureConnect', done),
    )
    return connection
  }
}

function connected(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  establishment: Establishment,
): Promise<void> {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, tcpKeepAliveMs)
  return establishment.step(socket, (done) => socket.once(event, done))
}
