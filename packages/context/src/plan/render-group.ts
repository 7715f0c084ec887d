import type { Item } from '@fairlead/llm'
import type { TurnGroup } from '../turns/group-turns.ts'
import { pairToolCalls, type PromptEntry, type ToolRepair } from '../turns/pair-tool-calls.ts'
import type { Turn } from '../turns/turn.ts'
import { outputInHistory } from '../turns/turn-in-history.ts'
import type { LeftOutItem, OmittedSeal, SealProblem } from './context-plan.ts'
import { isCompaction } from './compaction.ts'
import { itemTokens, type CountTokens } from './count-tokens.ts'
import { isSealed, withoutSeal } from './item-seal.ts'
import { sendableItem, unreadableItems } from './left-out-items.ts'
import type { PrefixDigest } from './prefix-digest.ts'
import type { PromptTarget } from './prompt-target.ts'
import { sealProblem } from './seal-problem.ts'

export interface RenderScope {
  readonly target: PromptTarget
  /** Turns that the caller brought with this very call, whose seals are its own to answer for. */
  readonly brought: ReadonlySet<string>
  /** What the prompt has before the group; the group's items are added. */
  readonly prefix: PrefixDigest
  readonly countTokens: CountTokens
}

export interface RenderedEntry extends PromptEntry {
  readonly tokens: number
}

export interface RenderedGroup {
  readonly entries: readonly RenderedEntry[]
  /** Of all entries. */
  readonly tokens: number
  readonly checked: number
  readonly repairs: readonly ToolRepair[]
  readonly sealed: readonly OmittedSeal[]
  readonly leftOut: readonly LeftOutItem[]
  /** Whether any seal was looked at: otherwise the group is the same for every account. */
  readonly hasSeals: boolean
  /** Digest of what precedes the turn that has just started; undefined if it is not in the group. */
  readonly prefix: string | undefined
  /**
   * The item that stands for all before it, in this group and in those before it; undefined for none.
   */
  readonly compaction: { readonly turn: string; readonly item: string | null } | undefined
}

/**
 * The items of a group as a prompt includes them: paired, without ids, with valid seals only. From a
 * valid compaction on, where `mayCompact` lets it count.
 */
export function renderGroup(
  group: TurnGroup,
  scope: RenderScope,
  { mayCompact = false } = {},
): RenderedGroup {
  const { brought, prefix, target, countTokens } = scope
  const turns = new Map(group.turns.map((turn) => [turn.id, turn]))
  const paired = pairToolCalls(group.turns.flatMap(entriesOf), group.spareOutputs)
  const seals = new GroupSeals(turns, scope)
  const leftOut = unreadableItems(group.turns)
  let entries: RenderedEntry[] = []
  let compaction: RenderedGroup['compaction']
  let before: string | undefined
  let total = 0
  for (const { turn, item, isOutput = false, isRetrieved = false } of paired.entries) {
    const isPast = turns.get(turn)?.status !== 'in_progress'
    if (!isPast) before ??= prefix.current()
    const kept = seals.checked(turn, item, isOutput)
    // What the caller has just sent is the caller's to answer for.
    const isHistory = isPast && !brought.has(turn)
    const sent = kept && isHistory ? sendableItem(kept, turn, target.refuse, leftOut) : kept
    if (sent === undefined) continue
    if (isOutput && isHistory && isCompaction(sent)) {
      if (!mayCompact || hasOpenCalls(entries)) {
        seals.leaveOut(turn, item, 'covers_pinned')
        continue
      }
      compaction = { turn, item: item.id ?? null }
      entries = []
      total = 0
      prefix.restart()
    }
    const rendered = withoutIdentity(sent)
    prefix.add(rendered)
    const tokens = itemTokens(rendered, target.model, countTokens)
    total += tokens
    const entry = { turn, item: rendered, tokens }
    entries.push(isRetrieved ? { ...entry, isRetrieved } : entry)
  }
  const { checked, repairs } = paired
  const cut = group.turns.flatMap(cutSeals)
  return {
    entries,
    tokens: total,
    checked,
    repairs,
    sealed: [...seals.omitted, ...cut],
    leftOut,
    hasSeals: seals.any,
    prefix: before,
    compaction,
  }
}

/** Whether an output is to come that a compaction would part from its call. */
function hasOpenCalls(entries: readonly RenderedEntry[]): boolean {
  const open = new Set<string>()
  for (const { item } of entries) {
    if (item.type === 'function_call') open.add(item.call_id)
    if (item.type === 'function_call_output') open.delete(item.call_id)
  }
  return open.size > 0
}

/** An item without its id and status, which would change the prompt's bytes for no benefit. */
export function withoutIdentity(item: Item): Item {
  const { id: _id, status: _status, ...rest } = item
  return rest
}

function entriesOf(turn: Turn): PromptEntry[] {
  const retrieved = turn.input.length === 0 ? [] : (turn.retrieved?.items ?? [])
  return [
    ...retrieved.map((item) => ({ turn: turn.id, item, isRetrieved: true })),
    ...turn.input.map((item) => ({ turn: turn.id, item })),
    ...outputInHistory(turn).map((item) => ({ turn: turn.id, item, isOutput: true })),
  ]
}

/** The seals of a cut answer, of which prompts have the text at most. */
function cutSeals(turn: Turn): OmittedSeal[] {
  if (turn.status === 'completed' || turn.status === 'in_progress') return []
  const kept = new Set(outputInHistory(turn))
  return turn.output
    .filter((item) => !kept.has(item) && isSealed(item))
    .map((item) => omission(turn.id, item, 'turn_not_completed'))
}

/** The verdict on one answer: why its seals are not valid, and whether its own blocks go with them. */
interface AnswerSeals {
  readonly problem: SealProblem | undefined
  readonly dropsNative: boolean
}

const valid: AnswerSeals = { problem: undefined, dropsNative: false }

/** Takes invalid seals from the items of a group, as they are rendered one after the other. */
class GroupSeals {
  readonly omitted: OmittedSeal[] = []
  any = false
  readonly #turns: ReadonlyMap<string, Turn>
  readonly #scope: RenderScope
  readonly #answers = new Map<string, AnswerSeals>()

  constructor(turns: ReadonlyMap<string, Turn>, scope: RenderScope) {
    this.#turns = turns
    this.#scope = scope
  }

  checked(turnId: string, item: Item, isOutput: boolean): Item | undefined {
    const turn = this.#turns.get(turnId)
    if (turn === undefined || turn.status === 'in_progress') return item
    if (this.#scope.brought.has(turnId)) return item
    if (!isOutput) return isSealed(item) ? this.#without(turnId, item, 'unknown_origin') : item
    const { problem, dropsNative } = this.#answerOf(turn)
    if (problem === undefined) return item
    const isBound = isSealed(item) || (dropsNative && item.type === 'fairlead:native')
    return isBound ? this.#without(turnId, item, problem) : item
  }

  leaveOut(turn: string, item: Item, reason: SealProblem): void {
    this.omitted.push(omission(turn, item, reason))
  }

  /** To be asked for the first item of each answer, where the prefix is what the answer was made for. */
  #answerOf(turn: Turn): AnswerSeals {
    const known = this.#answers.get(turn.id)
    if (known !== undefined) return known
    const sealed = turn.output.filter(isSealed)
    const { target, prefix } = this.#scope
    const answer =
      sealed.length === 0
        ? valid
        : {
            problem: sealProblem(turn, target, prefix.current()),
            dropsNative: sealed.some(({ type }) => type === 'fairlead:native'),
          }
    if (sealed.length > 0) this.any = true
    this.#answers.set(turn.id, answer)
    return answer
  }

  #without(turn: string, item: Item, problem: SealProblem): Item | undefined {
    this.omitted.push(omission(turn, item, problem))
    return withoutSeal(item)
  }
}

function omission(turn: string, item: Item, reason: SealProblem): OmittedSeal {
  return { turn, item: item.id ?? '', action: 'omitted', reason }
}
