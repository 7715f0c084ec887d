import { lookup } from 'node:dns/promises'
import * as net from 'node:net'
import { getSystemErrorName } from 'node:util'

/** A bound socket on which this process accepts nothing: workers inherit it and listen. */
export interface ListeningSocket {
  /** For the `stdio` of child processes. */
  readonly fd: number
  readonly url: string
  readonly port: number
  close(): void
}

/** What is used of a handle of Node.js that `node:cluster` uses in the same way. */
interface Handle {
  readonly fd: number
  getsockname(address: Partial<net.AddressInfo>): number
  close(): void
}

/**
 * Binds a TCP socket; port 0 picks a free one. It stays open, with the connections that wait in it,
 * whatever becomes of the processes that listen on it. Rejects with the system's error.
 */
export async function bindListeningSocket(host: string, port: number): Promise<ListeningSocket> {
  const { address } = await lookup(host)
  try {
    // Node.js has BoundSocket since 26.4.
    return 'BoundSocket' in net ? boundSocket(address, port) : boundHandle(address, port)
  } catch (error) {
    throw Object.assign(error as Error, { port })
  }
}

function boundSocket(host: string, port: number): ListeningSocket {
  const socket = new net.BoundSocket({ host, port })
  const address = socket.address()
  return {
    fd: socket.fd(),
    url: urlOf(address),
    port: address.port,
    close: () => socket.close(),
  }
}

/** The same with what Node.js 24 has. */
export function boundHandle(host: string, port: number): ListeningSocket {
  const { _createServerHandle: create } = net as unknown as {
    readonly _createServerHandle: (host: string, port: number, family: number) => Handle | number
  }
  const handle = create(host, port, net.isIPv6(host) ? 6 : 4)
  if (typeof handle === 'number') throw systemError(handle)
  const address: Partial<net.AddressInfo> = {}
  // A port in use shows here, not when it is bound.
  const code = handle.getsockname(address)
  if (code !== 0) {
    handle.close()
    throw systemError(code)
  }
  return {
    fd: handle.fd,
    url: urlOf(address as net.AddressInfo),
    port: (address as net.AddressInfo).port,
    close: () => handle.close(),
  }
}

function systemError(number: number): Error {
  const code = getSystemErrorName(number)
  return Object.assign(new Error(`bind ${code}`), { code })
}

function urlOf({ address, port }: Pick<net.AddressInfo, 'address' | 'port'>): string {
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
