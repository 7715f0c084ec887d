import type { Item } from '@fairlead/llm'
import { identifyItems } from '../turns/identify-items.ts'
import type { Turn, TurnUsage } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import type { OpenTurn, PreparedPrompt, TurnEnd } from './conversations.ts'

interface OpenTurnOptions {
  readonly prepared: PreparedPrompt
  readonly turn: Turn
  readonly newId: NewId
  readonly nowSeconds: () => number
  readonly putPartial: (output: readonly Item[]) => void
  readonly store: (ended: Turn) => Promise<void>
}

/** A running turn as the gateway uses it. Items keep the ids under which they were first flushed. */
export function createOpenTurn(options: OpenTurnOptions): OpenTurn {
  const { prepared, turn, newId, nowSeconds, putPartial, store } = options
  const ids: string[] = []
  let ended: Promise<Turn> | undefined

  const withStableIds = (output: readonly Item[]): Item[] => {
    const known = output.map((item, index) => {
      const id = item.id ?? ids[index]
      return id === undefined ? item : { ...item, id }
    })
    const inputIds = [...turn.instructions, ...turn.input].flatMap((item) => item.id ?? [])
    const identified = identifyItems(known, new Set(inputIds), newId)
    identified.forEach((item, index) => (ids[index] = item.id ?? ''))
    return identified
  }
  const end = async ({ status, output, usage, model }: TurnEnd): Promise<Turn> => {
    const finished: Turn = {
      ...turn,
      status,
      output: withStableIds(output),
      usage: usage === undefined ? null : turnUsage(usage, model),
      completed_at: nowSeconds(),
    }
    await store(finished)
    return finished
  }

  return {
    ...prepared,
    turn,
    flush(output) {
      if (ended === undefined) putPartial(withStableIds(output))
    },
    finish(turnEnd) {
      ended ??= end(turnEnd)
      return ended
    },
  }
}

/** The turn of a call that has already been answered. */
export function replayedTurn(prepared: PreparedPrompt, replay: Turn): OpenTurn {
  return { ...prepared, turn: replay, replay, flush() {}, finish: async () => replay }
}

function turnUsage(usage: NonNullable<TurnEnd['usage']>, model: string): TurnUsage {
  return {
    input_tokens: usage.inputTokens,
    cached_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    model,
  }
}
