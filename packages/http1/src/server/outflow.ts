import type { Socket } from 'node:net'

/** Answers of pipelined requests that wait for a slow reader before the next one is begun. */
const unsentBytesMax = 64 * 1024

/** What has been written to a socket and not been taken by the system, because the peer is slow. */
export class Outflow {
  readonly #socket: Socket
  #bytes = 0
  #sinceMs = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Whether answers wait for their reader. */
  get isBehind(): boolean {
    return this.#socket.writableLength > unsentBytesMax
  }

  /**
   * For how long nothing has moved, in milliseconds, as seen by calls of this method; undefined if
   * nothing waits.
   */
  stalledMs(nowMs: number): number | undefined {
    const bytes = unsentBytes(this.#socket)
    if (bytes !== this.#bytes) this.#sinceMs = nowMs
    this.#bytes = bytes
    return bytes === 0 ? undefined : nowMs - this.#sinceMs
  }
}

/**
 * Node.js counts a write as waiting until all of it has been taken; how far it has come is known to
 * the socket's handle only, and with TLS to the handle beneath it too. Their sum says whether
 * anything waits, and changes when it moves.
 */
function unsentBytes(socket: Socket): number {
  const handle = inner(socket, '_handle')
  return socket.writableLength + queuedBytes(handle) + queuedBytes(inner(handle, '_parent'))
}

function queuedBytes(handle: object | undefined): number {
  const queued: unknown = handle === undefined ? 0 : Reflect.get(handle, 'writeQueueSize')
  return typeof queued === 'number' ? queued : 0
}

function inner(value: object | undefined, name: string): object | undefined {
  const found: unknown = value === undefined ? undefined : Reflect.get(value, name)
  return typeof found === 'object' && found !== null ? found : undefined
}
