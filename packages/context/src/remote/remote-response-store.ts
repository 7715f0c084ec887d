import type { ResponseCancels } from '../service/conversations-options.ts'
import type { KeptResponse, ResponseError } from '../stores/kept-response.ts'
import type {
  ChainBounds,
  ResponseChain,
  ResponseEnd,
  ResponseFinish,
  ResponseFrames,
  ResponseProgress,
  ResponseStore,
} from '../stores/response-store.ts'
import type { ResponseOperation } from './store-messages.ts'

/** Asks the owner; resolves to the parsed result. */
type AskOwner = <T>(operation: ResponseOperation, ...list: readonly unknown[]) => Promise<T>

/**
 * The kept responses of a store in another process. `recover` ends only those that this client runs,
 * because others may run theirs.
 */
export class RemoteResponseStore implements ResponseStore, ResponseCancels {
  readonly #ask: AskOwner
  readonly #listeners = new Set<(tenant: string, id: string) => void>()

  constructor(ask: AskOwner) {
    this.#ask = ask
  }

  add(response: KeptResponse): Promise<boolean> {
    return this.#ask('response-add', response)
  }

  load(tenant: string, id: string): Promise<KeptResponse | undefined> {
    return this.#ask('response-load', tenant, id)
  }

  chain(tenant: string, id: string, bounds: ChainBounds): Promise<ResponseChain> {
    return this.#ask('response-chain', tenant, id, bounds)
  }

  flush(progress: readonly ResponseProgress[]): Promise<void> {
    return this.#ask('response-flush', progress)
  }

  finish(end: ResponseEnd): Promise<ResponseFinish> {
    return this.#ask('response-finish', end)
  }

  frames(
    tenant: string,
    id: string,
    from: number,
    bytesMax: number,
  ): Promise<ResponseFrames | undefined> {
    return this.#ask('response-frames', tenant, id, from, bytesMax)
  }

  responseWithItem(tenant: string, itemId: string): Promise<string | undefined> {
    return this.#ask('response-with-item', tenant, itemId)
  }

  remove(tenant: string, id: string): Promise<boolean> {
    return this.#ask('response-remove', tenant, id)
  }

  recover(error: ResponseError, completedAt: number): Promise<number> {
    return this.#ask('response-recover', error, completedAt)
  }

  expire(): Promise<number> {
    return this.#ask('response-expire')
  }

  request(tenant: string, id: string): Promise<void> {
    return this.#ask('response-cancel', tenant, id)
  }

  onRequest(listener: (tenant: string, id: string) => void): void {
    this.#listeners.add(listener)
  }

  /** Takes a request of the owner. */
  cancelRequested(tenant: string, id: string): void {
    for (const listener of this.#listeners) listener(tenant, id)
  }

  close(): void {
    this.#listeners.clear()
  }
}
