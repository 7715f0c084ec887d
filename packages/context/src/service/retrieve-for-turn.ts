import { type Clock, DeadlineError, type Logger, openScope, untilAborted } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import { turnsInPrompt } from '../plan/turns-in-prompt.ts'
import { carefulEstimate } from '../tokens/careful-estimate.ts'
import { isCallOutput, isUserMessage } from '../turns/item-kind.ts'
import {
  joinBlocks,
  passageKey,
  type RetrievedBlock,
  type RetrievedPassage,
} from '../turns/retrieved-block.ts'
import type { Turn } from '../turns/turn.ts'
import type { TurnDraft } from './prepare-turn.ts'
import type { RetrievalInput, TurnRetriever } from '../retrieval/turn-retriever.ts'

const defaultDeadlineMs = 2000

interface RetrievalOptions {
  readonly clock: Pick<Clock, 'setTimer'>
  readonly logger: Logger
  /** Ends the search with the call. */
  readonly signal: AbortSignal | undefined
}

/**
 * What the retrievers find for a turn, asked at the same time, their blocks in their order. Nothing
 * is looked for where no user asks something, or inside a loop of tool calls: between a call's output
 * and what follows, nothing may stand. A call that is sent again has what it had before.
 */
export async function retrieveForTurn(
  retrievers: readonly TurnRetriever[],
  draft: TurnDraft,
  options: RetrievalOptions,
): Promise<RetrievedBlock | undefined> {
  const { retried, turn } = draft
  if (retrievers.length === 0) return undefined
  const input = inputOf(draft)
  for (const retriever of retrievers) retriever.prepares?.(input)
  if (!turn.input.some(isUserMessage) || turn.input.some(isCallOutput)) return undefined
  if (retried?.retrieved !== undefined && retried.parent === turn.parent) return retried.retrieved
  const found = await Promise.all(retrievers.map((one) => searched(one, input, options)))
  return joinBlocks(found.filter((block) => block !== undefined))
}

function inputOf({ conversation, promptSource, request, turn }: TurnDraft) {
  const kept = turnsInPrompt(promptSource, request.targets[0])
  return {
    conversation,
    path: promptSource.log,
    parent: turn.parent,
    input: turn.input,
    inPrompt: new Set(kept.map(({ id }) => id)),
    leftOut: turn.left_out,
    earlier: new Map(kept.flatMap(quotedPassages)),
    model: request.model,
    countTokens: carefulEstimate,
  }
}

function quotedPassages({ retrieved }: Turn): (readonly [string, RetrievedPassage])[] {
  const { items = [], passages = [] } = retrieved ?? {}
  return items.length === 0
    ? []
    : passages
        .filter(({ action }) => action === 'kept')
        .map((passage) => [passageKey(passage), passage] as const)
}

async function searched(
  retriever: TurnRetriever,
  input: Omit<RetrievalInput, 'signal'>,
  { clock, logger, signal }: RetrievalOptions,
): Promise<RetrievedBlock | undefined> {
  const { deadlineMs: timeoutMs = defaultDeadlineMs, searches } = retriever
  using scope = openScope({ parents: [signal], clock, timeoutMs, what: 'retrieval' })
  try {
    const found = retriever.retrieve({ ...input, signal: scope.signal })
    return await untilAborted(found, scope.signal)
  } catch (error) {
    if (error instanceof ModelError) throw error
    signal?.throwIfAborted()
    const isLate = scope.signal.aborted && scope.signal.reason instanceof DeadlineError
    // Who is spoken of is nothing for a log.
    const told = searches.kind === 'note' ? { kind: searches.kind } : searches
    logger.warn({ err: error, ...told }, 'nothing was retrieved for a turn')
    const problem = isLate ? `it took longer than ${timeoutMs} ms` : 'it failed'
    return { items: [], passages: [], problems: [{ ...searches, problem }] }
  }
}
