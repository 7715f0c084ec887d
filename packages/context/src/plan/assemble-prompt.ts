import { ModelError } from '@fairlead/llm'
import { historyRuleFor } from '../strategies/history-rule-for.ts'
import type { HistorySelection } from '../strategies/history-rule.ts'
import { historyRules } from '../strategies/strategies.ts'
import type { Turn } from '../turns/turn.ts'
import { explainPrompt } from './explain-prompt.ts'
import { fitWindow } from './fit-window.ts'
import type { AssembledPrompt, PromptSource } from './prompt-source.ts'
import { readHistory, type History } from './read-history.ts'
import { renderPrompt, type RenderedPrompt } from './render-prompt.ts'

/**
 * Makes the prompt of one call: tools, persona, the caller's instructions, history, new input. Pure:
 * the same source gives the same bytes. Throws a ModelError: 400 `context_length_exceeded` when it
 * does not fit, 400 `unknown_call_id` for a tool output that answers no open call.
 */
export function assemblePrompt(source: PromptSource): AssembledPrompt {
  const history = readHistory(source)
  const wanted = renderPrompt(source, history, selectHistory(source, history))
  const prompt = fitWindow(source, history, wanted)
  checkToolOutputs(prompt, source.current)
  const said = prompt.groups.flatMap((group) => group.entries.map((entry) => entry.item))
  return {
    epoch: prompt.epoch,
    items: [...prompt.system, ...said],
    tools: prompt.tools,
    plan: explainPrompt(source, history, prompt),
  }
}

function selectHistory(
  { request, epoch }: PromptSource,
  { closed, epochFrom }: History,
): HistorySelection {
  const settings = request.strategy.history
  const rule = historyRuleFor(settings, historyRules)
  const settingsChanged = epoch.rule !== rule.key(settings)
  return rule.select(settings, { groups: closed, epochFrom, settingsChanged })
}

/** An old output without a call is dropped; one that the caller has just sent is a mistake. */
function checkToolOutputs({ groups }: RenderedPrompt, current: Turn): void {
  const orphan = groups
    .flatMap((group) => group.repairs)
    .find(({ turn, action }) => turn === current.id && action === 'orphan_output_dropped')
  if (orphan === undefined) return
  throw new ModelError(
    'invalid-request',
    `The tool output for call "${orphan.call_id}" answers no open call in this conversation. Send it once, right after the call, with the call id that the model gave.`,
    { code: 'unknown_call_id', param: 'input' },
  )
}
