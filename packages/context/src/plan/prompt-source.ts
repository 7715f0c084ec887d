import type { Item, ToolDefinition } from '@fairlead/llm'
import type { EpochState, EpochSummary } from '../turns/conversation.ts'
import type { RetrievedBlock } from '../turns/retrieved-block.ts'
import type { Turn } from '../turns/turn.ts'
import type { ContextPlan, PlanPlacement, SummaryWork } from './context-plan.ts'
import type { TokenCounts } from './count-tokens.ts'
import type { PersonaInput } from './persona-input.ts'
import type { PromptMemo } from './prompt-memo.ts'
import type { PromptTarget } from './prompt-target.ts'
import type { StrategyInput } from './strategy-input.ts'

/** The part of a request that shapes its prompt, whoever is asked. */
export interface PromptRequest {
  readonly strategy: StrategyInput
  readonly persona: PersonaInput | undefined
  readonly tools: readonly ToolDefinition[]
}

/** Everything that the prompts of one turn are made from, whoever is asked. */
export interface TurnPromptSource {
  readonly conversation: string
  readonly revision: number
  readonly epoch: EpochState
  /** Whether the turn follows one of the epoch, on whatever branch, so that the epoch can go on. */
  readonly continuesEpoch: boolean
  readonly variables: Readonly<Record<string, string>>
  /** The turn whose instructions are in force before; undefined for none. */
  readonly instructing: Turn | undefined
  /** Whether `log` begins with the first turn of the path, rather than somewhere on it. */
  readonly startsAtRoot: boolean
  /** Summaries of the path that there are, newest first, beside the one that the epoch has. */
  readonly summaries: readonly EpochSummary[]
  /** Whether the next summary is being made, or why it could not be; undefined for neither. */
  readonly summaryWork?: SummaryWork | undefined
  /** Pinned turns of the path before `log`, oldest first. */
  readonly pinned: readonly Turn[]
  /** The turns before, oldest first, followed by those that the request brought as history. */
  readonly log: readonly Turn[]
  /** Ids of those that the request brought. */
  readonly brought: ReadonlySet<string>
  /** Ids of those of which the log here has what the caller sent, which differs from what is stored. */
  readonly asSent: ReadonlySet<string>
  /** The turn that starts: it has instructions, input and what was retrieved, and no output yet. */
  readonly current: Turn
  readonly request: PromptRequest
  readonly placement: PlanPlacement
  readonly nowMs: number
  /** Of the prompts before. None when left out. */
  readonly memo?: PromptMemo | undefined
  /** How the figures of a target's prompt are made. */
  readonly countsFor: (target: PromptTarget) => TokenCounts
}

/** Everything that a prompt is made from: the same source gives the same bytes. */
export interface PromptSource extends TurnPromptSource {
  readonly target: PromptTarget
  /**
   * What was retrieved for turns that the new one goes on with, where there was no room to quote it.
   * Nothing when left out.
   */
  readonly givenWay?: RetrievedBlock
  /** Number of the attempt that the prompt is made for, from 1. */
  readonly attempt: number
  /** Those for the target. */
  readonly counts: TokenCounts
}

export interface AssembledPrompt {
  /** The conversation's epoch as of this prompt. */
  readonly epoch: EpochState
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
  /** What was retrieved for the turn, as the prompt has it; undefined where nothing was looked for. */
  readonly retrieved: RetrievedBlock | undefined
  /** Whether the history has seals, so that prompts for other accounts may differ. */
  readonly hasSeals: boolean
  readonly plan: Omit<ContextPlan, 'id'>
  /**
   * Whether a target's window may have no room for it, or its strategy would have cut the history, and
   * its figures are too rough to tell. Then it was not cut: make it again with better figures.
   */
  mayNotFit(target: PromptTarget): boolean
  /** The texts that its figures count: those that are sent, newest first, then those that are not. */
  texts(): readonly string[]
  /** Its plan with other figures; what is sent stays the same. */
  recount(counts: TokenCounts): Omit<ContextPlan, 'id'>
}
