import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '@fairlead/base'
import { ConnectTimeout } from './client-errors.ts'

export interface ConnectOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly origin: string
  readonly clock: Clock
  readonly timeoutMs: number
  /** Resolves the host name, and may refuse to. Not asked for an address. */
  readonly lookup: LookupFunction
  /** Certificates, as PEM, that are trusted instead of those that Node.js comes with. */
  readonly ca?: string
}

/** An established connection. */
export interface OpenedConnection {
  readonly socket: Socket
  /** To be called once. The bytes are valid during the call only: their memory is used again. */
  readonly onBytes: (listener: (bytes: Buffer) => void) => void
}

/** Opens connections to one server. */
export type Connect = () => Promise<OpenedConnection>

/** What one read takes at most. */
const readBytes = 64 * 1024
/** A peer that has vanished without a word is noticed, and no firewall forgets a quiet connection. */
const tcpKeepAliveMs = 60_000

/**
 * Opens connections to one origin: over TLS, whose sessions are resumed, if it is https. Rejects
 * with ConnectTimeout or the system's error.
 */
export function connectorTo(options: ConnectOptions): Connect {
  const { protocol, hostname, port } = new URL(options.origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol === 'https:') {
    let session: Buffer | undefined
    return () => {
      const socket = connectTls({
        host,
        port: port === '' ? 443 : Number(port),
        lookup: options.lookup,
        servername: isName(host) ? host : '',
        ALPNProtocols: ['http/1.1'],
        ...(session === undefined ? {} : { session }),
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      })
      socket.on('session', (ticket: Buffer) => {
        session = ticket
      })
      const onBytes: OpenedConnection['onBytes'] = (listener) => socket.on('data', listener)
      return established({ socket, onBytes }, 'secureConnect', options)
    }
  }
  // Bytes are taken as they are read, so that one buffer does for all connections.
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  return () => {
    let listener: (bytes: Buffer) => void = () => {}
    const socket = connectTcp({
      host,
      port: port === '' ? 80 : Number(port),
      lookup: options.lookup,
      onread: {
        buffer,
        callback(length) {
          listener(buffer.subarray(0, length))
          return true
        },
      },
    })
    const onBytes: OpenedConnection['onBytes'] = (wanted) => {
      listener = wanted
    }
    return established({ socket, onBytes }, 'connect', options)
  }
}

/** TLS names a server by its host name only (RFC 6066 §3). */
function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(':')
}

function established(
  connection: OpenedConnection,
  event: 'connect' | 'secureConnect',
  { clock, timeoutMs }: ConnectOptions,
): Promise<OpenedConnection> {
  const { socket } = connection
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => socket.destroy(new ConnectTimeout(timeoutMs)))
    const stop = () => {
      timer.cancel()
      socket.off(event, onConnect)
      socket.off('error', onError)
      socket.off('close', onClose)
      // The close that follows says all there is to say, until somebody else listens.
      socket.on('error', () => {})
    }
    const onConnect = () => {
      stop()
      resolve(connection)
    }
    const onError = (error: Error) => {
      stop()
      reject(error)
    }
    const onClose = () => {
      stop()
      reject(new Error('the connection was closed while it was established'))
    }
    socket.setNoDelay(true)
    socket.setKeepAlive(true, tcpKeepAliveMs)
    socket.on(event, onConnect)
    socket.on('error', onError)
    socket.on('close', onClose)
  })
}
