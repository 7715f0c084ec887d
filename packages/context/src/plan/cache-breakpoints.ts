import type { Item } from '@fairlead/llm'
import type { PlanSegment } from './context-plan.ts'
import type { PromptSource } from './prompt-source.ts'
import type { RenderedPrompt } from './render-prompt.ts'
import { splitEntries } from './split-entries.ts'

/** The end of a part of a prompt that later prompts begin with as well. */
export interface CacheBreakpoint {
  readonly kind: PlanSegment['kind']
  /** The one in the prompt. */
  readonly item: Item
}

/**
 * Where a provider is told to cache the prompt, three places at most: after tools and system, after
 * what is pinned and summarised, after the history. Nowhere if it takes no such marks, the strategy
 * wants none, or the prompt has some of the caller's.
 */
export function cacheBreakpoints(
  { current, request, target }: Pick<PromptSource, 'current' | 'request' | 'target'>,
  prompt: RenderedPrompt,
): readonly CacheBreakpoint[] {
  if (target.cacheMarks !== true || request.strategy.promptCaching === 'None') return []
  const { groups, summary, system, tools } = prompt
  const all = [...system, ...groups.flatMap(({ entries }) => entries.map(({ item }) => item))]
  if (all.some(isMarked) || tools.some(({ cacheControl }) => cacheControl !== undefined)) return []
  const { past, pinned } = splitEntries(prompt, current)
  const told = pinned.map(({ item }) => item)
  const ends = [
    ['system', system.findLast(canBeMarked)],
    summary === undefined
      ? (['pinned', told.findLast(canBeMarked)] as const)
      : (['summary', summary.item] as const),
    ['history', past.map(({ item }) => item).findLast(canBeMarked)],
  ] as const
  return ends.flatMap(([kind, item]) => (item === undefined ? [] : [{ kind, item }]))
}

/** The items of a prompt with marks at its breakpoints. */
export function withCacheMarks(
  items: readonly Item[],
  breakpoints: readonly CacheBreakpoint[],
): readonly Item[] {
  if (breakpoints.length === 0) return items
  const ends = new Set(breakpoints.map(({ item }) => item))
  return items.map((item) => (ends.has(item) ? marked(item) : item))
}

const mark = { cache_control: { type: 'ephemeral' } } as const

function marked(item: Item): Item {
  if (item.type === 'function_call_output') return { ...item, ...mark }
  if (item.type !== 'message') return item
  const last = item.content.length - 1
  return {
    ...item,
    content: item.content.map((part, index) => (index === last ? { ...part, ...mark } : part)),
  }
}

/** Of a message, the last part is marked; one without text is left out by some providers. */
function canBeMarked(item: Item): boolean {
  if (item.type === 'function_call_output') return true
  if (item.type !== 'message') return false
  const last = item.content.at(-1)
  const isText = last?.type === 'input_text' || last?.type === 'output_text'
  return isText && last.text.trim() !== ''
}

function isMarked(item: Item): boolean {
  if (item.type === 'message') {
    return item.content.some((part) => 'cache_control' in part && part.cache_control !== undefined)
  }
  return 'cache_control' in item && item.cache_control !== undefined
}
