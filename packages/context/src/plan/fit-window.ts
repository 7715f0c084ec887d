import { ModelError } from '@fairlead/llm'
import { sum } from './count-tokens.ts'
import type { PromptSource } from './prompt-source.ts'
import type { PromptTarget } from './prompt-target.ts'
import type { History } from './read-history.ts'
import { groupTokens, renderPrompt, type RenderedPrompt } from './render-prompt.ts'

/** An overflowing history is cut to this share of its room, so that the next turns need no cut. */
const overflowTarget = 0.6

/**
 * The prompt itself when the model's window has room for it, or when that cannot be told from its
 * figures; otherwise one without the oldest history. Throws a ModelError 400 `context_length_exceeded` when the strategy does not allow the
 * cut, or when the rest does not fit either.
 */
export function fitWindow(
  source: PromptSource,
  history: History,
  prompt: RenderedPrompt,
): RenderedPrompt {
  const limit = promptLimit(source, source.target)
  if (!isTooLong(source, prompt)) return prompt
  if (source.request.strategy.onOverflow === 'Error') throw overflow(source, prompt.tokens, limit)
  const closedTokens = prompt.groups.slice(prompt.pinnedCount, -1).map(groupTokens)
  let keptTokens = sum(closedTokens)
  const roomTokens = limit - (prompt.tokens - keptTokens)
  let dropped = 0
  while (dropped < closedTokens.length && keptTokens > overflowTarget * roomTokens) {
    keptTokens -= closedTokens[dropped++] ?? 0
  }
  const cut = renderPrompt(source, history, {
    ...prompt.selection,
    from: prompt.selection.from + dropped,
    rule: 'budget',
    droppedReason: 'over_budget',
    isCut: true,
  })
  if (cut.tokens > limit) throw overflow(source, cut.tokens, limit)
  return cut
}

/** Whether a target has no room for the prompt, as far as its figures tell. */
export function isTooLong(source: PromptSource, prompt: RenderedPrompt): boolean {
  const { target } = source
  return prompt.tokens > promptLimit(source, target) && !mayNotFit(source, prompt, target)
}

/** Whether better figures are needed in order to say that a target has room for the prompt. */
export function mayNotFit(
  source: PromptSource,
  prompt: RenderedPrompt,
  target: PromptTarget,
): boolean {
  const { atMost } = source.counts
  return atMost > 1 && prompt.tokens * atMost > promptLimit(source, target)
}

function promptLimit({ request }: Pick<PromptSource, 'request'>, { window }: PromptTarget): number {
  const { reserveOutputTokens } = request.strategy
  return window === undefined ? Number.POSITIVE_INFINITY : window - reserveOutputTokens
}

function overflow({ request, target }: PromptSource, tokens: number, limit: number): ModelError {
  return new ModelError(
    'context-length',
    `The prompt has about ${tokens} tokens, but ${target.model} takes ${limit}: its context window of ${target.window} less ${request.strategy.reserveOutputTokens} reserved for the answer. Send less, or choose a context strategy that keeps less history.`,
    { param: 'input' },
  )
}
