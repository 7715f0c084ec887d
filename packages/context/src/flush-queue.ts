import type { Clock, Logger, Timer } from '@fairlead/base'
import { itemText } from './item-text.ts'
import { withinDeadline } from './store-deadline.ts'
import type { ConversationStore, PartialOutput } from './stores/store.ts'

export interface FlushQueueOptions {
  readonly store: Pick<ConversationStore, 'flush'>
  readonly clock: Clock
  readonly logger: Logger
  readonly intervalMs: number
  readonly deadlineMs: number
}

/** Collects what running turns have said so far and writes it together, once per interval. */
export interface FlushQueue {
  put(output: PartialOutput): void
  /** Forgets a turn that has ended. */
  drop(turn: string): void
  /** Writes what is left and stops. */
  close(): Promise<void>
}

/** A longer partial answer is not written again before its end; what was written stays. */
const maxPartialCharacters = 1_000_000

export function createFlushQueue(options: FlushQueueOptions): FlushQueue {
  const { store, clock, logger, intervalMs, deadlineMs } = options
  /** At most one per running turn: the newest. */
  const pending = new Map<string, PartialOutput>()
  let timer: Timer | undefined
  let writing: Promise<void> = Promise.resolve()

  const write = async () => {
    timer = undefined
    const batch = [...pending.values()]
    pending.clear()
    if (batch.length === 0) return
    try {
      await withinDeadline(clock, deadlineMs, () => store.flush(batch))
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
