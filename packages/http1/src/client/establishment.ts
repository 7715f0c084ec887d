import type { Socket } from 'node:net'
import type { Clock, Timer } from '@fairlead/base'
import { ConnectTimeout } from './client-errors.ts'

/** A connection that is being established, in steps that share one deadline. */
export class Establishment {
  readonly #timer: Timer
  #socket: Socket | undefined

  constructor({ clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number }) {
    this.#timer = clock.setTimer(timeoutMs, () => {
      this.#socket?.destroy(new ConnectTimeout(timeoutMs))
    })
  }

  /**
   * One step: resolves when `begin` calls back. Rejects with the socket's error, which is
   * ConnectTimeout after the deadline, or when it closes.
   */
  step(socket: Socket, begin: (done: () => void) => void): Promise<void> {
    this.#socket = socket
    return new Promise((resolve, reject) => {
      const stop = () => {
        socket.off('error', onError)
        socket.off('close', onClose)
        // The close that follows says all there is to say, until somebody else listens.
        socket.on('error', () => {})
      }
      const onError = (error: Error) => {
        stop()
        reject(error)
      }
      const onClose = () => {
        stop()
        reject(new Error('the connection was closed while it was established'))
      }
      socket.on('error', onError)
      socket.on('close', onClose)
      begin(() => {
        stop()
        resolve()
      })
    })
  }

  /** Lifts the deadline. */
  end(): void {
    this.#timer.cancel()
  }
}
