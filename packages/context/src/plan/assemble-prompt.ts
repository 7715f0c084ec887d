import { type Item, ModelError } from '@fairlead/llm'
import type { TurnGroup } from '../turns/group-turns.ts'
import { joinBlocks, type RetrievedBlock, unquotedBlock } from '../turns/retrieved-block.ts'
import type { Turn } from '../turns/turn.ts'
import { cacheBreakpoints, withCacheMarks } from './cache-breakpoints.ts'
import { checkToolOutputs } from './check-tool-outputs.ts'
import { explainPrompt } from './explain-prompt.ts'
import { type CountTokens, itemTokens, toolTokens } from './count-tokens.ts'
import { countedTexts } from './counted-texts.ts'
import { withoutRetrieval } from './explain-retrieval.ts'
import { fitWindow, isTooLong, mayNotFit } from './fit-window.ts'
import type { AssembledPrompt, PromptSource } from './prompt-source.ts'
import { readHistory, type History } from './read-history.ts'
import { renderPrompt, type RenderedPrompt } from './render-prompt.ts'
import { selectHistory } from './select-history.ts'

/**
 * Makes the prompt of one call: tools, persona, the caller's instructions, history, what was
 * retrieved, new input. Pure: the same source gives the same bytes. Throws a ModelError: 400 `context_length_exceeded` when it
 * does not fit, 400 `unknown_call_id` for a tool output that answers no open call, 400
 * `missing_tool_outputs` where calls that were made together are answered one by one.
 */
export function assemblePrompt(source: PromptSource): AssembledPrompt {
  const history = readHistory(source)
  const wanted = renderSelected(source, history)
  const quotes = (source.current.retrieved?.items.length ?? 0) > 0
  // What was retrieved gives way before the history does.
  if (quotes && isTooLong(source, wanted)) {
    return assemblePrompt({ ...source, current: withoutRetrieval(source.current) })
  }
  const prompt = fittingOrTooLong(source, history, wanted)
  const { open } = history
  if (prompt instanceof ModelError) {
    const givenWay = joinBlocks(open.turns.flatMap(quotedBlock))
    if (givenWay === undefined) throw prompt
    return assemblePrompt({ ...source, log: unquoted(source.log, open), givenWay, memo: undefined })
  }
  checkToolOutputs(prompt.groups.at(-1)?.repairs ?? [], open, source.current)
  return {
    epoch: prompt.epoch,
    items: withCacheMarks(itemsOf(prompt), cacheBreakpoints(source, prompt)),
    tools: prompt.tools,
    retrieved: source.current.retrieved,
    hasSeals: prompt.groups.some(({ hasSeals }) => hasSeals),
    plan: explainPrompt(source, history, prompt),
    mayNotFit: (target) => mayNotFit(source, prompt, target),
    texts: () => textsOf(source, history, prompt),
    recount(counts) {
      const counted = { ...source, counts }
      return explainPrompt(counted, history, renderPrompt(counted, history, prompt.selection))
    },
  }
}

/** The prompt within the window, or why there is none. */
function fittingOrTooLong(
  source: PromptSource,
  history: History,
  wanted: RenderedPrompt,
): RenderedPrompt | ModelError {
  try {
    return fitWindow(source, history, wanted)
  } catch (error) {
    if (error instanceof ModelError && error.kind === 'context-length') return error
    throw error
  }
}

function quotedBlock({ input, retrieved }: Turn): readonly RetrievedBlock[] {
  const isQuoted = input.length > 0 && (retrieved?.items.length ?? 0) > 0
  return isQuoted && retrieved !== undefined ? [unquotedBlock(retrieved)] : []
}

/** What no cut takes away: the turns that the new one goes on with, without what was retrieved for them. */
function unquoted(log: readonly Turn[], open: TurnGroup): readonly Turn[] {
  const ids = new Set(open.turns.map(({ id }) => id))
  return log.map((turn) => (ids.has(turn.id) ? withoutRetrieval(turn) : turn))
}

/** A summary that shortens the history is used before the window cuts it. */
function renderSelected(source: PromptSource, history: History): RenderedPrompt {
  const wanted = renderPrompt(source, history, selectHistory(source, history))
  if (source.summaries.length === 0 || !isTooLong(source, wanted)) return wanted
  return renderPrompt(source, history, selectHistory(source, history, { overflows: true }))
}

function itemsOf({ groups, pinnedCount, summary, system }: RenderedPrompt): readonly Item[] {
  const items = [...system]
  const add = ({ entries }: RenderedPrompt['groups'][number]) => {
    for (const { item } of entries) items.push(item)
  }
  for (const group of groups.slice(0, pinnedCount)) add(group)
  if (summary !== undefined) items.push(summary.item)
  for (const group of groups.slice(pinnedCount)) add(group)
  return items
}

/** What is sent comes first, and of that the newest: too much to count may be left of the others. */
function textsOf(source: PromptSource, history: History, prompt: RenderedPrompt): string[] {
  const withCount = (count: CountTokens) => ({ ...source, counts: { ...source.counts, count } })
  const { model } = source.target
  const sent = countedTexts((count) => {
    const { groups, summary, system, tools } = prompt
    const head = [...system, ...(summary === undefined ? [] : [summary.item])]
    for (const { entries } of groups) for (const { item } of entries) itemTokens(item, model, count)
    toolTokens(tools, model, count)
    for (const item of head) itemTokens(item, model, count)
  })
  const weighed = countedTexts((count) => selectHistory(withCount(count), history))
  const told = countedTexts((count) => explainPrompt(withCount(count), history, prompt))
  return [...new Set([...sent.toReversed(), ...weighed.toReversed(), ...told.toReversed()])]
}
