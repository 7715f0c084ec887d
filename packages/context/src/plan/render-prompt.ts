import type { Item, ToolDefinition } from '@fairlead/llm'
import { historyRuleFor } from '../strategies/history-rule-for.ts'
import type { HistorySelection } from '../strategies/history-rule.ts'
import { historyRules } from '../strategies/strategies.ts'
import type { EpochState, PinnedPersona } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import { outputInHistory } from '../turns/turn-in-history.ts'
import { itemTokens, sum, toolTokens } from './count-tokens.ts'
import { digest } from './digest.ts'
import { instructionsInForce } from './instructions-in-force.ts'
import { mergeTools } from './merge-tools.ts'
import { pinPersona } from './pin-persona.ts'
import type { PromptSource } from './prompt-source.ts'
import type { History } from './read-history.ts'
import { renderGroup, withoutIdentity, type RenderedGroup } from './render-group.ts'

/** A prompt with a given selection of the history; it may still be too long for the window. */
export interface RenderedPrompt {
  readonly selection: HistorySelection
  readonly epoch: EpochState
  readonly compacted: boolean
  readonly persona: PinnedPersona | null
  readonly tools: readonly ToolDefinition[]
  readonly system: readonly Item[]
  readonly groups: readonly RenderedGroup[]
  /** Tokens of tools and system. */
  readonly headTokens: readonly [tools: number, system: number]
  readonly tokens: number
}

/** Renders tools, persona, the caller's instructions, the selected history and the new input. */
export function renderPrompt(
  source: PromptSource,
  history: History,
  selection: HistorySelection,
): RenderedPrompt {
  const { request, countTokens } = source
  const moved = selection.from !== history.epochFrom
  const head = renderHead(source, history, moved)
  const epoch = nextEpoch(source, history, selection, head)
  const selected = [...history.closed.slice(selection.from), history.open]
  const groups = selected.map((group) => {
    const scope = { model: request.model, epoch: epoch.n, open: group === history.open }
    return renderGroup(group, scope, countTokens)
  })
  const headTokens = [
    toolTokens(head.tools, request.model, countTokens),
    sum(head.system.map((item) => itemTokens(item, request.model, countTokens))),
  ] as const
  return {
    selection,
    epoch,
    compacted: selection.from > history.epochFrom,
    ...head,
    groups,
    headTokens,
    tokens: sum([...headTokens, ...groups.map(groupTokens)]),
  }
}

export function groupTokens(group: RenderedGroup): number {
  return sum(group.entries.map((entry) => entry.tokens))
}

/** What precedes the history. */
type Head = Pick<RenderedPrompt, 'persona' | 'tools' | 'system'>

function renderHead(source: PromptSource, { leftOut }: History, newEpoch: boolean): Head {
  const { request, epoch, log, current, variables, nowMs } = source
  const pinned = epoch.persona
  const persona = pinPersona({ persona: request.persona, pinned, newEpoch, variables, nowMs })
  const included = log.filter((turn) => !leftOut.has(turn.id))
  const instructions = instructionsInForce([...included, current]).map(withoutIdentity)
  return {
    persona,
    tools: mergeTools(persona?.tools ?? [], request.tools),
    system: [...personaItems(persona), ...instructions],
  }
}

function nextEpoch(
  { epoch, request, log, current }: PromptSource,
  { closed, open, epochFrom }: History,
  { from }: HistorySelection,
  { persona, tools, system }: Head,
): EpochState {
  const { name, generation, history } = request.strategy
  const headHash = digest([tools, system])
  const prefixChanged =
    from !== epochFrom || headHash !== epoch.head_hash || replacesHistory(log, current)
  return {
    n: epoch.n + (epoch.head_hash !== '' && prefixChanged ? 1 : 0),
    from_turn: from === 0 ? null : (closed[from] ?? open).id,
    persona,
    strategy: { name, revision: generation },
    rule: historyRuleFor(history, historyRules).key(history),
    head_hash: headHash,
  }
}

/** A retry that replaces an answer in the history changes the prefix. */
function replacesHistory(log: readonly Turn[], current: Turn): boolean {
  const replaced = log.find((turn) => turn.id === current.supersedes)
  return replaced !== undefined && outputInHistory(replaced).length > 0
}

function personaItems(persona: PinnedPersona | null): Item[] {
  if (persona === null || persona.rendered.trim() === '') return []
  const content = [{ type: 'input_text', text: persona.rendered }] as const
  return [{ type: 'message', role: 'system', content }]
}
