import type { Item } from '@fairlead/llm'
import type { ContextPlan, Conversation, Turn } from './conversation.ts'
import type { TurnRequest } from './conversations.ts'
import { identifyItems } from './identify-items.ts'
import { matchRepeatedInput, type LoggedItem } from './match-repeated-input.ts'
import { assemblePrompt, type AssembledPrompt } from './plan/assemble-prompt.ts'
import type { CountTokens } from './plan/count-tokens.ts'
import { instructionsInForce } from './plan/instructions-in-force.ts'
import { invalidField } from './conversation-errors.ts'
import { splitIntoTurns, type Exchange } from './split-into-turns.ts'
import type { StoredConversation } from './stores/store.ts'
import { leftOutReason, outputInHistory, supersededTurns } from './turn-in-history.ts'
import type { NewId } from './ulid.ts'
import { checkVariables } from './validate-conversation.ts'

export interface TurnSource {
  readonly stored: StoredConversation
  readonly request: TurnRequest
  /** Id of the turn that this one takes the place of. */
  readonly supersedes: string | undefined
  readonly newId: NewId
  readonly nowMs: number
  readonly countTokens: CountTokens
  readonly countedBy: string
}

export interface PreparedTurn {
  /** The conversation as it is when the turn is stored. */
  readonly conversation: Conversation
  /** Exchanges that came with the request as history, and were not known before. */
  readonly imported: readonly Turn[]
  readonly turn: Turn
  readonly plan: ContextPlan
  readonly prompt: AssembledPrompt
}

/** Makes the turn, its prompt and the conversation after it, and stores nothing. */
export function prepareTurn(source: TurnSource): PreparedTurn {
  const { stored, request, newId, nowMs, supersedes } = source
  const { conversation, turns } = stored
  if (request.input.length === 0) throw invalidField('input', 'There is no input: send a message.')
  const variables = { ...conversation.ccp.variables, ...request.variables }
  checkVariables(variables)
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
  const planId = newId('plan_')
  const current: Turn = {
    ...makeTurn({ input: inputOf(last), output: [] }, request.model),
    instructions,
    status: 'in_progress',
    completed_at: null,
    plan: planId,
    supersedes: supersedes ?? null,
    idempotency_key: request.idempotencyKey ?? null,
    request_digest: request.requestDigest ?? null,
  }
  const prompt = assemblePrompt({
    conversation: conversation.id,
    revision: conversation.ccp.revision,
    epoch: conversation.ccp.epoch,
    variables,
    log: [...turns, ...imported],
    current,
    request,
    nowMs,
    countTokens: source.countTokens,
    countedBy: source.countedBy,
  })
  const epoch = prompt.epoch.n
  return {
    conversation: {
      ...conversation,
      ccp: {
        ...conversation.ccp,
        revision: conversation.ccp.revision + 1,
        head: current.id,
        epoch: prompt.epoch,
        variables,
      },
    },
    imported: imported.map((turn) => ({ ...turn, epoch })),
    turn: { ...current, epoch },
    plan: { id: planId, ...prompt.plan },
    prompt,
  }
}

/** Makes completed turns that follow each other in the log. */
export function chainTurns(
  conversation: Conversation,
  head: Turn | undefined,
  newId: NewId,
  atSeconds: number,
): (exchange: Exchange, model: string) => Turn {
  let parent = head?.id ?? null
  let seq = head?.seq ?? 0
  return ({ input, output }, model) => {
    const turn: Turn = {
      id: newId('turn_'),
      conversation: conversation.id,
      parent,
      seq: ++seq,
      branch: 'main',
      status: 'completed',
      instructions: [],
      input,
      output,
      usage: null,
      model,
      epoch: conversation.ccp.epoch.n,
      plan: null,
      supersedes: null,
      idempotency_key: null,
      request_digest: null,
      created_at: atSeconds,
      completed_at: atSeconds,
    }
    parent = turn.id
    return turn
  }
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

/** An answer that the caller began for the model stays behind the question it belongs to. */
function inputOf(last: Exchange | undefined): readonly Item[] {
  return last === undefined ? [] : [...last.input, ...last.output]
}

function allItems(turn: Turn): readonly Item[] {
  return [...turn.instructions, ...turn.input, ...turn.output]
}
