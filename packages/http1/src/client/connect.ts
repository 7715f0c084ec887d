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
}

/** Opens connections to one server. */
export type Connect = () => Promise<Socket>

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
      })
      socket.on('session', (ticket: Buffer) => {
        session = ticket
      })
      return established(socket, 'secureConnect', options)
    }
  }
  return () =>
    established(
      connectTcp({ host, port: port === '' ? 80 : Number(port), lookup: options.lookup }),
      'connect',
      options,
    )
}

/** TLS names a server by its host name only (RFC 6066 §3). */
function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(':')
}

function established(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  { clock, timeoutMs }: ConnectOptions,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => socket.destroy(new ConnectTimeout(timeoutMs)))
    const stop = () => {
      timer.cancel()
      socket.off(event, onConnect)
      socket.off('error', onError)
      socket.off('close', onClose)
    }
    const onConnect = () => {
      stop()
      resolve(socket)
    }
    const onError = (error: Error) => {
      stop()
      socket.on('error', () => {})
      reject(error)
    }
    const onClose = () => {
      stop()
      reject(new Error('the connection was closed while it was established'))
    }
    socket.setNoDelay(true)
    socket.on(event, onConnect)
    socket.on('error', onError)
    socket.on('close', onClose)
  })
}
