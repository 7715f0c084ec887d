import { ModelError, type Item, type ToolDefinition } from '@fairlead/llm'
import type { ContextPlan, EpochState, PinnedPersona, Turn } from '../conversation.ts'
import type { TurnRequest } from '../conversations.ts'
import { groupTurns, type TurnGroup } from '../group-turns.ts'
import type { ContextStrategy, HistoryChoice } from '../strategies/context-strategy.ts'
import { strategyFor } from '../strategies/strategy-for.ts'
import {
  leftOutReason,
  outputInHistory,
  supersededTurns,
  type LeftOutReason,
} from '../turn-in-history.ts'
import { itemTokens, sum, toolTokens, type CountTokens } from './count-tokens.ts'
import { digest, prefixDigests } from './digest.ts'
import { explainDecisions } from './explain-decisions.ts'
import { instructionsInForce } from './instructions-in-force.ts'
import { mergeTools } from './merge-tools.ts'
import { pinPersona } from './pin-persona.ts'
import { renderGroup, withoutIdentity, type RenderedGroup } from './render-group.ts'

export interface PromptSource {
  readonly conversation: string
  readonly revision: number
  readonly epoch: EpochState
  readonly variables: Readonly<Record<string, string>>
  /** Every stored turn, oldest first, and those that came with the request as history. */
  readonly log: readonly Turn[]
  /** The turn that begins: its instructions and input are new, its output is empty. */
  readonly current: Turn
  readonly request: Pick<TurnRequest, 'model' | 'window' | 'strategy' | 'persona' | 'tools'>
  readonly nowMs: number
  readonly countTokens: CountTokens
  readonly countedBy: string
}

export interface AssembledPrompt {
  readonly epoch: EpochState
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
  readonly plan: Omit<ContextPlan, 'id'>
}

/** When an overflowing history is cut, to this part of the room it has: not again at every turn. */
const overflowTarget = 0.6

/**
 * Makes the prompt of one call: tools, persona, the caller's instructions, history, new input. Pure:
 * the same source gives the same bytes. Throws a ModelError: 400 `context_length_exceeded` when it
 * does not fit, 400 `unknown_call_id` for a tool output that answers no open call.
 */
export function assemblePrompt(source: PromptSource): AssembledPrompt {
  const history = readHistory(source)
  const strategy = strategyFor(source.request.strategy)
  const choice = strategy.choose({
    groups: history.closed,
    epochFrom: history.epochFrom,
    settingsChanged: source.epoch.rule !== strategy.key,
  })
  const draft = render(source, history, strategy, choice)
  const limit = promptLimit(source)
  const prompt = draft.tokens <= limit ? draft : compact(source, history, strategy, draft, limit)
  return describe(source, history, prompt)
}

interface History {
  readonly leftOut: ReadonlyMap<string, LeftOutReason>
  /** Groups that ended, oldest first. */
  readonly closed: readonly TurnGroup[]
  /** The group that the new turn begins or continues; the new turn is its last. */
  readonly open: TurnGroup
  /** Index in `closed` of the first group that the running epoch holds. */
  readonly epochFrom: number
}

function readHistory({ log, current, epoch }: PromptSource): History {
  const superseded = supersededTurns([...log, current])
  const leftOut = new Map<string, LeftOutReason>()
  for (const turn of log) {
    const reason = leftOutReason(turn, superseded)
    if (reason !== undefined) leftOut.set(turn.id, reason)
  }
  const groups = groupTurns([...log, current], (turn) => !leftOut.has(turn.id))
  const closed = groups.slice(0, -1)
  const open = groups.at(-1) ?? { id: current.id, turns: [current], spareOutputs: [] }
  const fromSeq = log.find((turn) => turn.id === epoch.from_turn)?.seq ?? 0
  const found = closed.findIndex((group) => (group.turns.at(-1)?.seq ?? 0) >= fromSeq)
  return { leftOut, closed, open, epochFrom: found === -1 ? closed.length : found }
}

interface Draft {
  readonly choice: HistoryChoice
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

function render(
  source: PromptSource,
  history: History,
  strategy: ContextStrategy,
  choice: HistoryChoice,
): Draft {
  const { epoch: before, request, current, log, countTokens } = source
  const moved = choice.from !== history.epochFrom
  const persona = pinPersona({
    persona: request.persona,
    pinned: before.persona,
    newEpoch: moved,
    variables: source.variables,
    nowMs: source.nowMs,
  })
  const tools = mergeTools(persona?.tools ?? [], request.tools)
  const instructions = instructionsInForce([
    ...log.filter((turn) => !history.leftOut.has(turn.id)),
    current,
  ]).map(withoutIdentity)
  const system = [...personaItems(persona), ...instructions]
  const headHash = digest([tools, system])
  const begins =
    before.head_hash !== '' &&
    (moved || headHash !== before.head_hash || replacesHistory(log, current))
  const n = before.n + (begins ? 1 : 0)
  const groups = [...history.closed.slice(choice.from), history.open].map((group) =>
    renderGroup(
      group,
      { model: request.model, epoch: n, open: group === history.open },
      countTokens,
    ),
  )
  const headTokens = [
    toolTokens(tools, request.model, countTokens),
    sum(system.map((item) => itemTokens(item, request.model, countTokens))),
  ] as const
  return {
    choice,
    epoch: {
      n,
      from_turn: choice.from === 0 ? null : (history.closed[choice.from] ?? history.open).id,
      persona,
      strategy: { name: request.strategy.name, revision: request.strategy.generation },
      rule: strategy.key,
      head_hash: headHash,
    },
    compacted: choice.from > history.epochFrom,
    persona,
    tools,
    system,
    groups,
    headTokens,
    tokens: sum([...headTokens, ...groups.map(groupTokens)]),
  }
}

/** A retry that takes the place of an answer which stood in the history changes the prefix. */
function replacesHistory(log: readonly Turn[], current: Turn): boolean {
  const replaced = log.find((turn) => turn.id === current.supersedes)
  return replaced !== undefined && outputInHistory(replaced).length > 0
}

function personaItems(persona: PinnedPersona | null): Item[] {
  if (persona === null || persona.rendered.trim() === '') return []
  const content = [{ type: 'input_text', text: persona.rendered }] as const
  return [{ type: 'message', role: 'system', content }]
}

function groupTokens(group: RenderedGroup): number {
  return sum(group.entries.map((entry) => entry.tokens))
}

function promptLimit({ request }: PromptSource): number {
  return request.window === undefined
    ? Number.POSITIVE_INFINITY
    : request.window - request.strategy.reserveOutputTokens
}

/** Cuts the oldest groups until the rest fills the target part of the room that history has. */
function compact(
  source: PromptSource,
  history: History,
  strategy: ContextStrategy,
  draft: Draft,
  limit: number,
): Draft {
  const closedTokens = draft.groups.slice(0, -1).map(groupTokens)
  const fixed = draft.tokens - sum(closedTokens)
  if (source.request.strategy.onOverflow === 'Error') throw overflow(source, draft.tokens, limit)
  let kept = sum(closedTokens)
  let dropped = 0
  while (dropped < closedTokens.length && kept > overflowTarget * (limit - fixed)) {
    kept -= closedTokens[dropped++] ?? 0
  }
  const cut = render(source, history, strategy, {
    ...draft.choice,
    from: draft.choice.from + dropped,
    rule: 'budget',
    droppedReason: 'over_budget',
  })
  if (cut.tokens > limit) throw overflow(source, cut.tokens, limit)
  return cut
}

function overflow({ request }: PromptSource, tokens: number, limit: number): ModelError {
  return new ModelError(
    'context-length',
    `The prompt has about ${tokens} tokens, but ${request.model} takes ${limit}: its context window of ${request.window} less ${request.strategy.reserveOutputTokens} reserved for the answer. Send less, or choose a context strategy that keeps less history.`,
    { param: 'input' },
  )
}

function describe(source: PromptSource, history: History, draft: Draft): AssembledPrompt {
  const { request, current } = source
  const entries = draft.groups.flatMap((group) => group.entries)
  const repairs = draft.groups.flatMap((group) => group.repairs)
  const orphan = repairs.find(
    ({ turn, action }) => turn === current.id && action === 'orphan_output_dropped',
  )
  if (orphan !== undefined) throw unknownCall(orphan.call_id)
  const firstNew = entries.findIndex((entry) => entry.turn === current.id)
  const split = firstNew === -1 ? entries.length : firstNew
  const past = entries.slice(0, split)
  const fresh = entries.slice(split)
  const historyTokens = sum(past.map((entry) => entry.tokens))
  const headTokens = sum(draft.headTokens)
  const digests = prefixDigests(
    [draft.tools, ...draft.system, ...past.map((entry) => entry.item)],
    fresh.map((entry) => entry.item),
  )
  const items = [...draft.system, ...entries.map((entry) => entry.item)]
  return {
    epoch: draft.epoch,
    items,
    tools: draft.tools,
    plan: {
      object: 'ccp.context_plan',
      conversation: source.conversation,
      at_revision: source.revision,
      strategy: `${request.strategy.name}@${request.strategy.generation}`,
      persona: draft.persona === null ? null : `${draft.persona.name}@${draft.persona.revision}`,
      model: request.model,
      window: request.window ?? null,
      counted_by: { method: source.countedBy },
      segments: [
        {
          kind: 'tools',
          ids: draft.tools.map((tool) => tool.name),
          tokens: draft.headTokens[0],
          cache: 'stable',
        },
        {
          kind: 'system',
          ids: draft.persona === null ? [] : [draft.persona.name],
          tokens: draft.headTokens[1],
          cache: 'stable',
        },
        {
          kind: 'history',
          ids: [...new Set(past.map((entry) => entry.turn))],
          tokens: historyTokens,
          cache: 'append',
        },
        {
          kind: 'input',
          ids: [],
          tokens: sum(fresh.map((entry) => entry.tokens)),
          cache: 'append',
        },
      ],
      decisions: explainDecisions({
        log: source.log,
        entries: past,
        leftOut: history.leftOut,
        choice: draft.choice,
        openTurns: new Set(history.open.turns.map((turn) => turn.id)),
        countTokens: (item) => itemTokens(item, request.model, source.countTokens),
      }),
      sealed: draft.groups.flatMap((group) => group.sealed),
      tool_groups: {
        checked: sum(draft.groups.map((group) => group.checked)),
        repaired: repairs.length,
        repairs,
      },
      epoch: { n: draft.epoch.n, compacted: draft.compacted },
      prefix: {
        hash: digests.prefix,
        stable_tokens: headTokens + historyTokens,
      },
      rendered_digest: digests.whole,
    },
  }
}

function unknownCall(callId: string): ModelError {
  return new ModelError(
    'invalid-request',
    `The tool output for call "${callId}" answers no call of this conversation that is still open. Send it with the call id that the model gave, once, right after the call.`,
    { code: 'unknown_call_id', param: 'input' },
  )
}
