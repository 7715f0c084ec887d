import { missingField } from '@fairlead/llm'
import { assemblePrompt } from '../plan/assemble-prompt.ts'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { CountTokens } from '../plan/count-tokens.ts'
import type { AssembledPrompt } from '../plan/prompt-source.ts'
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
  readonly plan: ContextPlan
  readonly prompt: AssembledPrompt
}

/** Makes the turn, its prompt and the resulting conversation, and stores nothing. */
export function prepareTurn(source: TurnSource): PreparedTurn {
  const { basis, request, newId, nowMs, countTokens, countedBy } = source
  const { conversation } = basis
  if (request.input.length === 0) throw missingField('messages', 'send at least one message')
  const variables = { ...conversation.ccp.variables, ...request.variables }
  checkVariables(variables)
  const { path, asSent, imported, turn, sendsHistory } = addTurns(source)
  const planId = newId('plan_')
  const current: Turn = { ...turn, plan: planId }
  const prompt = assemblePrompt({
    conversation: conversation.id,
    revision: conversation.ccp.revision,
    epoch: conversation.ccp.epoch,
    variables,
    log: [...path.map((one) => turnAsSent(one, asSent.get(one.id))), ...imported],
    current,
    request,
    nowMs,
    countTokens,
    countedBy,
  })
  const epoch = prompt.epoch.n
  const begun: Turn = { ...current, epoch }
  const grown = withTurns(conversation, [begun])
  return {
    conversation: {
      ...grown,
      ccp: { ...grown.ccp, epoch: prompt.epoch, variables, sends_history: sendsHistory },
    },
    imported: imported.map((one) => ({ ...one, epoch })),
    turn: begun,
    plan: { id: planId, ...prompt.plan },
    prompt,
  }
}
