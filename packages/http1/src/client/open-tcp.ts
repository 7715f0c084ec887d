import { connect, type LookupFunction } from 'node:net'
import type { OpenedConnection } from './opened-connection.ts'
import type { ServerAddress } from './server-address.ts'

/** What one read takes at most. */
const readBytes = 64 * 1024

/**
 * Begins connections to one server. `onBytes` may be called more than once here: the latest listener
 * gets the bytes.
 */
export function tcpOpener(
  { host, port }: ServerAddress,
  lookup: LookupFunction,
): () => OpenedConnection {
  // Bytes are taken as they are read, so that one buffer does for all connections.
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  return () => {
    let listener: (bytes: Buffer) => void = () => {}
    const socket = connect({
      host,
      port,
      lookup,
      onread: {
        buffer,
        callback(length) {
          listener(buffer.subarray(0, length))
          return true
        },
      },
    })
    return {
      socket,
      onBytes: (wanted) => {
        listener = wanted
      },
    }
  }
}
