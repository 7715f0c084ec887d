import { type Item, missingField } from '@fairlead/llm'
import { assemblePrompt } from '../plan/assemble-prompt.ts'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { CountTokens } from '../plan/count-tokens.ts'
import { instructionsInForce } from '../plan/instructions-in-force.ts'
import type { AssembledPrompt } from '../plan/prompt-source.ts'
import type { StoredConversation } from '../stores/turn-store.ts'
import { chainTurns } from '../turns/chain-turns.ts'
import type { Conversation } from '../turns/conversation.ts'
import { identifyItems } from '../turns/identify-items.ts'
import { matchRepeatedInput, type LoggedItem } from '../turns/match-repeated-input.ts'
import { splitIntoTurns, type Exchange } from '../turns/split-into-turns.ts'
import { leftOutReason, outputInHistory, supersededTurns } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import { withTurns } from '../turns/with-turns.ts'
import type { TurnRequest } from './conversations.ts'
import { checkVariables } from './validate-conversation.ts'

interface TurnSource {
  readonly stored: StoredConversation
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
  const { request, newId, nowMs, countTokens, countedBy } = source
  const { conversation, turns } = source.stored
  if (request.input.length === 0) throw missingField('messages', 'send at least one message')
  const variables = { ...conversation.ccp.variables, ...request.variables }
  checkVariables(variables)
  const { imported, turn } = makeTurns(source)
  const planId = newId('plan_')
  const current: Turn = { ...turn, plan: planId }
  const prompt = assemblePrompt({
    conversation: conversation.id,
    revision: conversation.ccp.revision,
    epoch: conversation.ccp.epoch,
    variables,
    log: [...turns, ...imported],
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
    conversation: { ...grown, ccp: { ...grown.ccp, epoch: prompt.epoch, variables } },
    imported: imported.map((one) => ({ ...one, epoch })),
    turn: begun,
    plan: { id: planId, ...prompt.plan },
    prompt,
  }
}

/** The turns that the request adds to the log; the last one is about to run. */
function makeTurns({ stored, request, supersedes, newId, nowMs }: TurnSource) {
  const { conversation, turns } = stored
  const fresh = newInput(turns, request.input, supersedes)
  const taken = new Set(turns.flatMap(allItems).flatMap(({ id }) => (id === undefined ? [] : [id])))
  const exchanges = splitIntoTurns(fresh.items).map(({ input, output }) => ({
    input: identifyItems(input, taken, newId),
    output: identifyItems(output, taken, newId),
  }))
  const last = exchanges.pop()
  const instructions = identifyItems(fresh.instructions, taken, newId)
  const makeTurn = chainTurns(conversation, turns.at(-1), newId, Math.floor(nowMs / 1000))
  const imported = exchanges.map((exchange) => makeTurn(exchange, request.model))
  const made = makeTurn({ input: inputOf(last), output: [] }, request.model)
  const turn: Turn = {
    ...made,
    instructions,
    instructed_by: instructions.length === 0 ? made.instructed_by : made.id,
    status: 'in_progress',
    completed_at: null,
    supersedes: supersedes ?? null,
    idempotency_key: request.idempotencyKey ?? null,
    request_digest: request.requestDigest ?? null,
  }
  return { imported, turn }
}

function newInput(turns: readonly Turn[], input: readonly Item[], supersedes: string | undefined) {
  const superseded = new Set([...supersededTurns(turns), ...(supersedes ? [supersedes] : [])])
  const history = turns.filter((turn) => leftOutReason(turn, superseded) === undefined)
  const log = history.flatMap((turn): LoggedItem[] => [
    ...turn.input.map((item) => ({ item, cut: false })),
    ...outputInHistory(turn).map((item) => ({ item, cut: turn.status !== 'completed' })),
  ])
  return matchRepeatedInput(log, instructionsInForce(history), input)
}

/** An answer that the caller started for the model stays after its question, as input. */
function inputOf(last: Exchange | undefined): readonly Item[] {
  return last === undefined ? [] : [...last.input, ...last.output]
}

function allItems(turn: Turn): readonly Item[] {
  return [...turn.instructions, ...turn.input, ...turn.output]
}
