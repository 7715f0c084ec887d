import { missingField } from '@fairlead/llm'
import type { CountTokens } from '../plan/count-tokens.ts'
import { TurnPrompts } from '../plan/turn-prompts.ts'
import type { Conversation } from '../turns/conversation.ts'
import { turnAsSent } from '../turns/turn-as-sent.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import { withTurns } from '../turns/with-turns.ts'
import { addTurns } from './add-turns.ts'
import type { TurnRequest } from './conversations.ts'
import type { TurnBasis } from './turn-basis.ts'
import { checkVariables } from './validate-conversation.ts'

interface TurnSource {
  readonly basis: TurnBasis
  readonly request: TurnRequest
  /** Id of the turn that this one replaces. */
  readonly supersedes: string | undefined
  readonly newId: NewId
  readonly nowMs: number
  readonly countTokens: CountTokens
  readonly countedBy: string
}

export interface PreparedTurn {
  /** The conversation after the turn was added. */
  readonly conversation: Conversation
  /** Exchanges that the request brought as history and that the log did not have. */
  readonly imported: readonly Turn[]
  readonly turn: Turn
  /** Its prompts; the first is what the conversation and the turn are stored with. */
  readonly prompts: TurnPrompts
}

/** Makes the turn, its first prompt and the resulting conversation, and stores nothing. */
export function prepareTurn(source: TurnSource): PreparedTurn {
  const { basis, request, newId, nowMs, countTokens, countedBy } = source
  const { conversation } = basis
  if (request.input.length === 0) throw missingField('messages', 'send at least one message')
  const variables = { ...conversation.ccp.variables, ...request.variables }
  checkVariables(variables)
  const { path, asSent, imported, turn, matched, branchedAt, sendsHistory } = addTurns(source)
  const planId = newId('plan_')
  const current: Turn = { ...turn, plan: planId }
  const prompts = new TurnPrompts(
    {
      conversation: conversation.id,
      revision: conversation.ccp.revision,
      epoch: conversation.ccp.epoch,
      continuesEpoch: continuesEpoch(basis, path),
      variables,
      log: [...path.map((one) => turnAsSent(one, asSent.get(one.id))), ...imported],
      brought: new Set(imported.map(({ id }) => id)),
      current,
      request,
      placement: { matched, branched_at: branchedAt, superseded: turn.supersedes },
      nowMs,
      countTokens,
      countedBy,
    },
    request.targets,
    planId,
  )
  const { epoch: epochState } = prompts.first
  const epoch = epochState.n
  const begun: Turn = { ...current, epoch }
  const grown = withTurns(conversation, [begun])
  return {
    conversation: {
      ...grown,
      ccp: { ...grown.ccp, epoch: epochState, variables, sends_history: sendsHistory },
    },
    imported: imported.map((one) => ({ ...one, epoch })),
    turn: begun,
    prompts,
  }
}

/**
 * Whether a turn that follows `path` continues the epoch of the conversation's head: it branches off
 * the way there, and not before the epoch's first turn.
 */
function continuesEpoch({ conversation, path: toHead }: TurnBasis, path: readonly Turn[]): boolean {
  const { from_turn: from } = conversation.ccp.epoch
  const parent = path.at(-1)?.id
  const isOnTheWay = parent === undefined || toHead.some(({ id }) => id === parent)
  return isOnTheWay && (from === null || path.some(({ id }) => id === from))
}
