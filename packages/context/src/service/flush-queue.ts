import type { Clock, Logger, Timer } from '@fairlead/base'
import type { PartialOutput, TurnStore } from '../stores/turn-store.ts'
import { itemText } from '../turns/item-text.ts'

interface FlushQueueOptions {
  readonly store: Pick<TurnStore, 'flush'>
  readonly clock: Clock
  readonly logger: Logger
  readonly intervalMs: number
}

/** Collects partial output of running turns and writes it in one batch per interval. */
export interface FlushQueue {
  put(output: PartialOutput): void
  /** Discards the partial output of a turn that has ended. */
  drop(turn: string): void
  /** Writes what is left and stops. */
  close(): Promise<void>
}

/** Longer partial output is not written until the turn ends; what was already written is kept. */
const maxPartialCharacters = 1_000_000

export function createFlushQueue(options: FlushQueueOptions): FlushQueue {
  const { store, clock, logger, intervalMs } = options
  /** The newest output of each running turn. */
  const pending = new Map<string, PartialOutput>()
  let timer: Timer | undefined
  let writing: Promise<void> = Promise.resolve()

  const write = async () => {
    timer = undefined
    const batch = [...pending.values()]
    pending.clear()
    if (batch.length === 0) return
    try {
      await store.flush(batch)
    } catch (error) {
      logger.warn({ err: error, turns: batch.length }, 'partial answers were not stored')
    }
  }
  const writeNext = () => {
    writing = writing.then(write)
  }

  return {
    put(output) {
      if (characters(output) > maxPartialCharacters) return
      pending.set(output.turn, output)
      timer ??= clock.setTimer(intervalMs, writeNext)
    },
    drop(turn) {
      pending.delete(turn)
      if (pending.size > 0) return
      timer?.cancel()
      timer = undefined
    },
    async close() {
      timer?.cancel()
      writeNext()
      await writing
    },
  }
}

function characters({ output }: PartialOutput): number {
  return output.reduce((total, item) => total + itemText(item).length, 0)
}
