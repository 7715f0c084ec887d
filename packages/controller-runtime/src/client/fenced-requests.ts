import type { Dispatcher } from 'undici'
import type { WriteFence } from './write-fence.ts'

/**
 * Asks the fence about each request that is not a read when its turn on a connection has come, an
 * upgrade, by which commands are run, included:
 * whatever it waited for before, credentials, a connection, a handshake, took time.
 */
export function fencedRequests(fence: WriteFence): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, isRead(options) ? handler : new FencedHandler(handler, fence))
}

function isRead({ method, upgrade }: Dispatcher.DispatchOptions): boolean {
  return method === 'GET' && !upgrade
}

class FencedHandler implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler
  readonly #fence: WriteFence

  constructor(handler: Dispatcher.DispatchHandler, fence: WriteFence) {
    this.#handler = handler
    this.#fence = fence
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#fence.check()
    this.#handler.onRequestStart?.(controller, context)
  }

  onRequestUpgrade(
    ...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>
  ): void {
    this.#handler.onRequestUpgrade?.(...args)
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.()
  }

  onResponseStart(
    ...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>
  ): void {
    this.#handler.onResponseStart?.(...args)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(
    ...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>
  ): void {
    this.#handler.onResponseEnd?.(...args)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error)
  }
}
