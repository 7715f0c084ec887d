import { invalidField, missingField } from '@fairlead/llm'
import type { TurnPromptSource } from '../plan/prompt-source.ts'
import { TurnPrompts } from '../plan/turn-prompts.ts'
import type { Conversation } from '../turns/conversation.ts'
import { turnAsSent } from '../turns/turn-as-sent.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import { withTurns } from '../turns/with-turns.ts'
import { addTurns } from './add-turns.ts'
import type { TurnRequest } from './conversations.ts'
import type { TurnPlace } from './place-turn.ts'
import { checkVariables } from './validate-conversation.ts'

interface TurnSource {
  readonly conversation: Conversation
  readonly place: TurnPlace
  readonly request: TurnRequest
  /** A turn of the same call, which did not complete: the new one takes its place. */
  readonly retried: Turn | undefined
  readonly newId: NewId
  readonly nowMs: number
  readonly countsFor: TurnPromptSource['countsFor']
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
  const { conversation, place, request, newId, nowMs, countsFor } = source
  if (request.input.length === 0 && request.regenerate === undefined) {
    throw missingField('messages', 'send at least one message')
  }
  checkSubjectOf(conversation, request)
  const variables = { ...conversation.ccp.variables, ...request.variables }
  checkVariables(variables)
  const { continuesEpoch, instructing, path, pinned, placement } = place
  const { asSent } = placement
  const { imported, turn } = addTurns(source)
  const planId = newId('plan_')
  const current: Turn = { ...turn, plan: planId }
  const prompts = new TurnPrompts(
    {
      conversation: conversation.id,
      revision: conversation.ccp.revision,
      epoch: conversation.ccp.epoch,
      continuesEpoch,
      instructing,
      variables,
      pinned,
      startsAtRoot: (path[0]?.parent ?? null) === null,
      log: [...path.map((one) => turnAsSent(one, asSent.get(one.id))), ...imported],
      brought: new Set(imported.map(({ id }) => id)),
      asSent: new Set(asSent.keys()),
      current,
      request,
      placement: {
        matched: placement.matched,
        branched_at: placement.parent === conversation.ccp.head ? null : placement.parent,
        superseded: turn.supersedes,
      },
      nowMs,
      countsFor,
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
      ccp: { ...grown.ccp, epoch: epochState, variables, sends_history: placement.sendsHistory },
    },
    imported: imported.map((one) => ({ ...one, epoch })),
    turn: begun,
    prompts,
  }
}

/** A subject is chosen when a conversation is made. */
function checkSubjectOf({ ccp }: Conversation, { subject }: TurnRequest): void {
  if (subject === undefined || subject === ccp.subject) return
  throw invalidField(
    'context.subject',
    'the conversation exists already, with another subject or none.',
  )
}
