import type { Item, ReasoningItem } from '@fairlead/llm'
import type { TurnGroup } from '../turns/group-turns.ts'
import { pairToolCalls, type PromptEntry, type ToolRepair } from '../turns/pair-tool-calls.ts'
import type { Turn } from '../turns/turn.ts'
import { outputInHistory } from '../turns/turn-in-history.ts'
import type { OmittedSeal } from './context-plan.ts'
import { itemTokens, type CountTokens } from './count-tokens.ts'

/** What decides whether a sealed part is valid in the prompt, and therefore sent. */
interface SealScope {
  readonly model: string
  readonly epoch: number
  /** Whether the group's tool loop is open: then its reasoning belongs to the answer in progress. */
  readonly open: boolean
}

export interface RenderedEntry extends PromptEntry {
  readonly tokens: number
}

export interface RenderedGroup {
  readonly entries: readonly RenderedEntry[]
  readonly checked: number
  readonly repairs: readonly ToolRepair[]
  readonly sealed: readonly OmittedSeal[]
}

/** The items of a group as a prompt includes them: paired, without ids, with valid seals only. */
export function renderGroup(
  group: TurnGroup,
  scope: SealScope,
  countTokens: CountTokens,
): RenderedGroup {
  const sealed: OmittedSeal[] = []
  const entries = group.turns.flatMap((turn) =>
    [...turn.input, ...outputInHistory(turn)].flatMap((item): PromptEntry[] => {
      const reason = sealProblem(item, turn, scope)
      if (reason === undefined) return [{ turn: turn.id, item }]
      sealed.push({ turn: turn.id, item: item.id ?? '', action: 'omitted', reason })
      const open = withoutSeal(item)
      return open === undefined ? [] : [{ turn: turn.id, item: open }]
    }),
  )
  const paired = pairToolCalls(entries, group.spareOutputs)
  return {
    entries: paired.entries.map(({ turn, item }) => ({
      turn,
      item: withoutIdentity(item),
      tokens: itemTokens(item, scope.model, countTokens),
    })),
    checked: paired.checked,
    repairs: paired.repairs,
    sealed,
  }
}

/** An item without its id and status, which would change the prompt's bytes for no benefit. */
export function withoutIdentity(item: Item): Item {
  const { id: _id, status: _status, ...rest } = item
  return rest
}

/**
 * Why a seal is not valid; undefined when it is. Only the model that made a seal can read it, and
 * only while everything before it is unchanged, that is, within its epoch. Reasoning in the turn
 * that has just started is always kept.
 */
function sealProblem(
  item: Item,
  turn: Turn,
  { model, epoch, open }: SealScope,
): OmittedSeal['reason'] | undefined {
  if (item.type !== 'reasoning' || !isSealed(item) || turn.status === 'in_progress')
    return undefined
  if (turn.model !== model && turn.usage?.model !== model) return 'model_mismatch'
  return open || turn.epoch === epoch ? undefined : 'prefix_changed'
}

function isSealed(item: ReasoningItem): boolean {
  return item.signature !== undefined || item.encrypted_content !== undefined
}

/** A reasoning item reduced to its visible text; undefined when it has none. */
function withoutSeal(item: Item): Item | undefined {
  if (item.type !== 'reasoning') return item
  const { signature: _signature, encrypted_content: _encrypted, ...rest } = item
  return rest.summary.length > 0 || (rest.content?.length ?? 0) > 0 ? rest : undefined
}
