import { ModelError } from '@fairlead/llm'
import { sum } from './count-tokens.ts'
import type { PromptSource } from './prompt-source.ts'
import type { PromptTarget } from './prompt-target.ts'
import type { History } from './read-history.ts'
import { renderPrompt, type RenderedPrompt } from './render-prompt.ts'

/** An overflowing history is cut to this share of its room, so that the next turns need no cut. */
const overflowTarget = 0.6

/**
 * The prompt itself when the model's window and the strategy's budget have room for it, or when that
 * cannot be told from its figures; otherwise one without the oldest history. Throws a ModelError 400
 * `context_length_exceeded` when the window is too small and the strategy does not allow the cut, or
 * when the rest does not fit either.
 */
export function fitWindow(
  source: PromptSource,
  history: History,
  prompt: RenderedPrompt,
): RenderedPrompt {
  if (mayNotFit(source, prompt, source.target)) return prompt
  const limit = promptLimit(source, source.target)
  const overflows = prompt.tokens > limit
  if (overflows && source.request.strategy.onOverflow === 'Error' && !lacksSummary(prompt)) {
    throw overflow(source, prompt.tokens, limit)
  }
  const groups = pastGroups(prompt)
  const pastTokens = sum(groups)
  const budget = historyBudget(source, prompt)
  // Whether the provider counts more is not known: no call fails for it.
  const mayOverflow = source.request.strategy.onOverflow === 'Compact' && isTooLong(source, prompt)
  if (!overflows && !mayOverflow && pastTokens <= budget) return prompt
  const room = carefulLimit(source, source.target) - (prompt.tokens - pastTokens)
  const cut = renderPrompt(source, history, {
    ...prompt.selection,
    from: prompt.selection.from + dropped(groups, Math.min(room, budget), afterCompaction(prompt)),
    // The window brings back what it had cut when there is a larger one; the strategy does not.
    ...(room < budget
      ? { rule: 'budget', isCut: true }
      : { rule: 'budget.historyTokens', isCut: false }),
    isShortened: true,
    droppedReason: 'over_budget',
  })
  if (cut.tokens > limit) throw overflow(source, cut.tokens, limit)
  return cut
}

/** Whether a target may have no room for the prompt, as far as its figures tell, with their margin. */
export function isTooLong(source: PromptSource, prompt: RenderedPrompt): boolean {
  const { target } = source
  return prompt.tokens > carefulLimit(source, target) && !mayNotFit(source, prompt, target)
}

/** What a prompt may have so that it fits also where the provider counts more. */
function carefulLimit(source: Pick<PromptSource, 'counts' | 'request'>, target: PromptTarget) {
  return promptLimit(source, target) / (1 + (source.counts.margin ?? 0))
}

/**
 * Whether better figures are needed in order to say that a target has room for the prompt, or how much
 * history the strategy sends.
 */
export function mayNotFit(
  source: PromptSource,
  prompt: RenderedPrompt,
  target: PromptTarget,
): boolean {
  const { atMost } = source.counts
  if (atMost <= 1) return false
  if (prompt.selection.isUnsure === true) return true
  if (prompt.tokens * atMost > promptLimit(source, target)) return true
  const budget = historyBudget(source, prompt)
  return budget !== Infinity && sum(pastGroups(prompt)) * atMost > budget
}

/** How many of the oldest groups go, so that the rest has room for some turns more. */
function dropped(groups: readonly number[], room: number, least: number): number {
  let count = Math.min(least, groups.length)
  let kept = sum(groups.slice(count))
  while (count < groups.length && kept > overflowTarget * room) kept -= groups[count++] ?? 0
  return count
}

/** A compaction stands for a history that it was made after: it goes with the first turn of that. */
function afterCompaction({ groups, pinnedCount }: RenderedPrompt): number {
  return Math.max(0, groups.findLastIndex(({ compaction }) => compaction) + 1 - pinnedCount)
}

/** The tokens of each group of the history that could be left out. */
function pastGroups(prompt: RenderedPrompt): readonly number[] {
  return prompt.groups.slice(prompt.pinnedCount, -1).map(({ tokens }) => tokens)
}

/** The window less what is reserved for the answer; infinite where it is not known. */
export function promptLimit(
  { request }: Pick<PromptSource, 'request'>,
  { window }: Pick<PromptTarget, 'window'>,
): number {
  const { reserveOutputTokens } = request.strategy
  return window === undefined ? Number.POSITIVE_INFINITY : window - reserveOutputTokens
}

/** What the strategy allows turns that are told word for word. */
function historyBudget(
  { counts, request }: Pick<PromptSource, 'counts' | 'request'>,
  { summary }: RenderedPrompt,
): number {
  const allowed =
    (request.strategy.historyTokens ?? Number.POSITIVE_INFINITY) / (1 + (counts.margin ?? 0))
  return allowed - (summary?.tokens ?? 0)
}

/** That a summary could not be made in time fails no call: the history is cut instead. */
function lacksSummary({ selection }: RenderedPrompt): boolean {
  return selection.needsSummary === true
}

function overflow({ request, target }: PromptSource, tokens: number, limit: number): ModelError {
  return new ModelError(
    'context-length',
    `The prompt has about ${tokens} tokens, but ${target.model} takes ${limit}: its context window of ${target.window} less ${request.strategy.reserveOutputTokens} reserved for the answer. Send less, or choose a context strategy that keeps less history.`,
    { param: 'input' },
  )
}
