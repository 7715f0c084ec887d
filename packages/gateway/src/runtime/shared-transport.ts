import type { Transport } from '../upstream/exchange.ts'

/** A transport that several runtimes use; closed by the last one that lets go of it. */
export interface SharedTransport {
  readonly transport: Transport
  /** Whether it may still be used by others. */
  readonly isOpen: boolean
  hold(): void
  release(): void
}

/** Shares a transport that nobody holds yet. `close` runs once, when nobody holds it any more. */
export function shareTransport(transport: Transport, close: () => void): SharedTransport {
  let holders = 0
  let isOpen = true
  return {
    transport,
    get isOpen() {
      return isOpen
    },
    hold: () => {
      holders += 1
    },
    release: () => {
      holders -= 1
      if (holders > 0) return
      isOpen = false
      close()
    },
  }
}
