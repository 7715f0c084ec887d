import type { Item, ModelError } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import { forgottenPlan } from '../plan/forgotten-plan.ts'
import type { AttemptPrompt, TurnPrompts } from '../plan/turn-prompts.ts'
import type { Conversation, EpochState } from '../turns/conversation.ts'
import { identifyItems } from '../turns/identify-items.ts'
import type { Turn, TurnAnswerer, TurnUsage } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import type {
  EarlierAnswer,
  OpenTurn,
  PlannedTurn,
  PreparedPrompt,
  TurnEnd,
} from './conversations.ts'
import { withRetrieved } from './prepare-turn.ts'
import type { TurnBasis } from './turn-basis.ts'

/** How a turn ended, and what else its answer decided. */
export interface EndedTurn {
  readonly turn: Turn
  /** The conversation's epoch, where another target answered than the one it was stored for. */
  readonly epoch?: EpochState
  readonly plan?: ContextPlan
}

interface OpenTurnOptions {
  /** As stored with the turn. */
  readonly conversation: Conversation
  readonly turn: Turn
  readonly prompts: TurnPrompts
  readonly newId: NewId
  readonly nowSeconds: () => number
  readonly callerLeft: () => void
  readonly putPartial: (output: readonly Item[]) => void
  /** Never rejects. */
  readonly putPlan: (plan: ContextPlan) => Promise<void>
  /** `error` is what its caller is told instead of an answer. */
  readonly store: (ended: EndedTurn, error: ModelError | undefined) => Promise<void>
  /** Called once the end is stored. `answering` is the prompt that was answered; undefined if none was. */
  readonly stored: (turn: Turn, answering: AttemptPrompt | undefined) => void
}

/** A running turn as the gateway uses it. Items keep the ids under which they were first flushed. */
export function createOpenTurn(options: OpenTurnOptions): OpenTurn {
  const { conversation, prompts, turn, newId, nowSeconds, putPartial, putPlan, store, stored } =
    options
  const ids: string[] = []
  let answering: AttemptPrompt | undefined
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
  const end = async (turnEnd: TurnEnd): Promise<Turn> => {
    const { status, output, usage, model, finishReason = null, error } = turnEnd
    const finished: Turn = {
      ...(answering === undefined ? turn : withRetrieved(turn, answering)),
      status,
      output: withStableIds(output),
      usage: usage === undefined ? null : turnUsage(usage, model),
      finish_reason: finishReason,
      answered_by: answering === undefined ? null : answererOf(answering),
      epoch: answering?.epoch.n ?? turn.epoch,
      completed_at: nowSeconds(),
    }
    await store({ turn: finished, ...changesOf(answering, prompts.first) }, error)
    stored(finished, answering)
    return finished
  }

  return {
    ...preparedOf(conversation, prompts.first),
    turn,
    promptFor: (target, attempt) => preparedOf(conversation, prompts.of(target, attempt)),
    accountAt: (provider) => prompts.accountAt(provider),
    async answering(target, attempt) {
      answering = prompts.of(target, attempt)
      if (answering.plan !== prompts.first.plan) await putPlan(answering.plan)
    },
    flush(output) {
      if (ended === undefined) putPartial(withStableIds(output))
    },
    callerLeft: options.callerLeft,
    finish(turnEnd) {
      ended ??= end(turnEnd)
      return ended
    },
  }
}

/** The turn of an earlier call, for a call that is answered as that was or is. */
export function earlierTurn(
  conversation: Conversation,
  turn: Turn,
  earlier: EarlierAnswer,
): OpenTurn {
  // The recorded plan is not read: it may still wait for its figures, and nothing is sent by it.
  const prepared = { conversation, plan: forgottenPlan(turn), items: [], tools: [] }
  return {
    ...prepared,
    turn,
    earlier,
    promptFor: () => prepared,
    accountAt: () => undefined,
    async answering() {},
    flush() {},
    callerLeft() {},
    finish: async () => turn,
  }
}

/** A turn that is never opened. */
export function plannedTurn(
  { conversation, isStored }: Pick<TurnBasis, 'conversation' | 'isStored'>,
  prompts: TurnPrompts,
): PlannedTurn {
  return {
    ...preparedOf(conversation, prompts.first),
    isStored,
    retrieved: prompts.first.retrieved,
    promptFor: (target, attempt) => preparedOf(conversation, prompts.of(target, attempt)),
    accountAt: (provider) => prompts.accountAt(provider),
  }
}

function preparedOf(
  conversation: Conversation,
  { plan, items, tools }: AttemptPrompt,
): PreparedPrompt {
  return { conversation, plan, items, tools }
}

/** What the answer of one attempt changes of what was stored for the first. */
function changesOf(
  answering: AttemptPrompt | undefined,
  first: AttemptPrompt,
): Pick<EndedTurn, 'epoch' | 'plan'> {
  if (answering === undefined || answering.plan === first.plan) return {}
  const { epoch, plan } = answering
  return { plan, ...(epoch === first.epoch ? {} : { epoch }) }
}

function answererOf({ plan, target }: AttemptPrompt): TurnAnswerer {
  const { provider, platform, model, account } = target
  return { provider, platform, model, account, prompt: plan.rendered_digest }
}

function turnUsage(usage: NonNullable<TurnEnd['usage']>, model: string): TurnUsage {
  return {
    input_tokens: usage.inputTokens,
    cached_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    model,
  }
}
