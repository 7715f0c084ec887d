import { invalidField, missingField } from '@fairlead/llm'
import type { SummaryWork } from '../plan/context-plan.ts'
import type { TurnPromptSource } from '../plan/prompt-source.ts'
import type { PromptMemo } from '../plan/prompt-memo.ts'
import { TurnPrompts } from '../plan/turn-prompts.ts'
import { leavesOutTheSame } from '../summaries/summary-record.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { RetrievedBlock } from '../turns/retrieved-block.ts'
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
  readonly memo?: PromptMemo | undefined
  /** What becomes of a summary that is wanted; undefined where nothing is known. */
  readonly summaryWork?: SummaryWork | undefined
}

/** A turn before anything is retrieved for it, and what its prompts are made from. */
export interface TurnDraft {
  readonly conversation: Conversation
  readonly request: TurnRequest
  readonly retried: Turn | undefined
  readonly sendsHistory: boolean
  /** Whether it leaves the same turns out of its prompts as the turn before it. */
  readonly leavesOutTheSame: boolean
  /** Exchanges that the request brought as history and that the log did not have. */
  readonly imported: readonly Turn[]
  readonly turn: Turn
  readonly planId: string
  readonly promptSource: Omit<TurnPromptSource, 'countsFor'>
}

export interface PreparedTurn {
  /** The conversation after the turn was added. */
  readonly conversation: Conversation
  /** Exchanges that the request brought as history and that the log did not have. */
  readonly imported: readonly Turn[]
  readonly turn: Turn
  /** Turns of which its caller has something else than the log. */
  readonly asSent: ReadonlySet<string>
  readonly leavesOutTheSame: boolean
  /** Its prompts; the first is what the conversation and the turn are stored with. */
  readonly prompts: TurnPrompts
}

/** Makes the turn. Throws a ModelError 400 for what it cannot be made from. */
export function draftTurn(source: TurnSource): TurnDraft {
  const { conversation, place, request, retried, newId, memo, nowMs, summaryWork } = source
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
  return {
    conversation,
    request,
    retried,
    sendsHistory: placement.sendsHistory,
    leavesOutTheSame: leavesOutTheSame(place.parent?.left_out ?? null, turn.left_out),
    imported,
    turn: current,
    planId,
    promptSource: {
      conversation: conversation.id,
      revision: conversation.ccp.revision,
      epoch: conversation.ccp.epoch,
      continuesEpoch,
      summaries: place.summaries,
      ...(summaryWork === undefined ? {} : { summaryWork }),
      instructing,
      variables,
      pinned,
      startsAtRoot: (path[0]?.parent ?? null) === null,
      log: [
        ...(asSent.size === 0 ? path : path.map((one) => turnAsSent(one, asSent.get(one.id)))),
        ...imported,
      ],
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
      memo,
    },
  }
}

/** Makes the first prompt of a turn and the resulting conversation, and stores nothing. */
export function prepareTurn(
  draft: TurnDraft,
  {
    countsFor,
    retrieved,
  }: {
    readonly countsFor: TurnPromptSource['countsFor']
    readonly retrieved: RetrievedBlock | undefined
  },
): PreparedTurn {
  const { conversation, imported, planId, promptSource, request, turn } = draft
  const current = retrieved === undefined ? turn : { ...turn, retrieved }
  const source = { ...promptSource, current, countsFor }
  const prompts = new TurnPrompts(source, request.targets, planId)
  const { epoch: epochState } = prompts.first
  const epoch = epochState.n
  const begun: Turn = { ...withRetrieved(turn, prompts.first), epoch }
  const grown = withTurns(conversation, [begun])
  return {
    conversation: {
      ...grown,
      ccp: {
        ...grown.ccp,
        epoch: epochState,
        variables: promptSource.variables,
        sends_history: draft.sendsHistory,
      },
    },
    imported: imported.map((one) => ({ ...one, epoch })),
    turn: begun,
    asSent: promptSource.asSent,
    leavesOutTheSame: draft.leavesOutTheSame,
    prompts,
  }
}

/** A turn with what was retrieved for it, as a prompt has it. */
export function withRetrieved(
  turn: Turn,
  { retrieved }: { readonly retrieved: RetrievedBlock | undefined },
): Turn {
  return retrieved === undefined ? turn : { ...turn, retrieved }
}

/** A subject is chosen when a conversation is made. */
function checkSubjectOf({ ccp }: Conversation, { subject }: TurnRequest): void {
  if (subject === undefined || subject === ccp.subject) return
  throw invalidField(
    'context.subject',
    'the conversation exists already, with another subject or none.',
  )
}
