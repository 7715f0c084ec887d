import type { Item, ReasoningItem } from '@fairlead/llm'
import type { OmittedSeal, ToolRepair, Turn } from '../conversation.ts'
import type { TurnGroup } from '../group-turns.ts'
import { pairToolCalls, type PromptEntry } from '../pair-tool-calls.ts'
import { outputInHistory } from '../turn-in-history.ts'
import { itemTokens, type CountTokens } from './count-tokens.ts'

/** Where the prompt goes; sealed parts are sent only where they are valid. */
export interface SealScope {
  readonly model: string
  readonly epoch: number
  /** Whether the group's tool loop is open: then its reasoning belongs to the running answer. */
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

/** The items of a group as a prompt holds them: paired, without ids, seals only where they hold. */
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

/** An item as a model is sent it: ids and states of storage would change the bytes for nothing. */
export function withoutIdentity(item: Item): Item {
  const { id: _id, status: _status, ...rest } = item
  return rest
}

/**
 * A signature is read only by the model that made it, and only when everything before it is what it
 * was: the same epoch. Of the reasoning that just arrived nothing is taken away.
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

/** The visible text of a reasoning item; undefined when there is none. */
function withoutSeal(item: Item): Item | undefined {
  if (item.type !== 'reasoning') return item
  const { signature: _signature, encrypted_content: _encrypted, ...rest } = item
  return rest.summary.length > 0 || (rest.content?.length ?? 0) > 0 ? rest : undefined
}
