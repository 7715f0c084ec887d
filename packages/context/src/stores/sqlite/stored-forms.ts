import type { ContextPlan, PlanDecision } from '../../plan/context-plan.ts'
import { mainBranch, type Conversation } from '../../turns/conversation.ts'
import { readableTurn } from '../../turns/readable-turn.ts'
import { leftOutReason, supersededTurns } from '../../turns/turn-in-history.ts'
import type { Turn } from '../../turns/turn.ts'

/** A conversation as files before version 3 have it: with a straight log, and fewer fields. */
export type StraightConversation = Omit<Conversation, 'ccp'> & {
  readonly ccp: Omit<Conversation['ccp'], FieldOfTree> &
    Partial<Pick<Conversation['ccp'], FieldOfTree>>
}

type FieldOfTree =
  | 'branch'
  | 'branches'
  | 'turns'
  | 'rewrites'
  | 'pinned'
  | 'sends_history'
  | 'subject'
  | 'retention'

/** A turn of such a file. Its `parent` is the turn before it, whether or not that is in the history. */
export type StraightTurn = Omit<Turn, TurnFieldOfTree> & Partial<Pick<Turn, TurnFieldOfTree>>

type TurnFieldOfTree =
  'branch' | 'instructed_by' | 'left_out' | 'finish_reason' | 'answered_by' | 'pinned' | 'response'

/** A plan of such a file: of a turn that followed the one before it, and with a decision per turn. */
export type StraightPlan = Omit<ContextPlan, PlanFieldOfTree | 'decisions'> & {
  readonly decisions: readonly (Omit<PlanDecision, 'from' | 'to' | 'count'> & {
    readonly turn: string
  })[]
}

type PlanFieldOfTree = 'attempt' | 'matched' | 'branched_at' | 'superseded'

/** The plan with every field of today. Who was asked is not known any more. */
export function completePlan(plan: StraightPlan): ContextPlan {
  return {
    attempt: { number: 0, target: '', provider: '', model: '' },
    matched: 0,
    branched_at: null,
    superseded: null,
    ...plan,
    decisions: plan.decisions.map(({ turn, ...decision }) => ({
      from: turn,
      to: turn,
      count: 1,
      ...decision,
    })),
  }
}

/** The conversation with every field of today. */
export function completeConversation(
  { ccp, ...conversation }: StraightConversation,
  turns: readonly Turn[],
): Conversation {
  return {
    ...conversation,
    ccp: {
      branch: mainBranch,
      branches: ccp.head === null ? {} : { [mainBranch]: ccp.head },
      turns: turns.at(-1)?.seq ?? 0,
      rewrites: 0,
      pinned: [],
      sends_history: false,
      subject: null,
      retention: { expires_at: null, legal_hold: false },
      ...ccp,
    },
  }
}

/**
 * The turns of a straight log, by seq, with every field of today. Each follows the nearest turn
 * before it that is in the history: one that failed, or was replaced, becomes its sibling.
 */
export function completeTurns(log: readonly StraightTurn[]): readonly Turn[] {
  const turns = log.map((turn) => readableTurn({ ...addedFields, ...turn }))
  const superseded = supersededTurns(turns)
  let before: Turn | undefined
  return turns.map((turn) => {
    const instructing = turn.instructions.length > 0 ? turn.id : before?.instructed_by
    const complete: Turn = {
      ...turn,
      parent: before?.id ?? null,
      instructed_by: instructing ?? null,
    }
    if (leftOutReason(turn, superseded) === undefined) before = complete
    return complete
  })
}

const addedFields = {
  branch: mainBranch,
  instructed_by: null,
  left_out: null,
  finish_reason: null,
  answered_by: null,
  pinned: false,
  response: null,
} as const
