import { objectOrEmpty } from '@fairlead/base'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import {
  inUnsealedToolLoop,
  withoutThinkingSettings,
} from '../../operations/chat/unsealed-tool-loop.ts'
import { dialectName } from './dialect-name.ts'
import { modelFeatures } from './model-features.ts'
import { isSealed } from './thinking.ts'

/**
 * The request without thinking, which with a budget the API does not continue inside a tool loop
 * whose own thinking is not sent back; undefined where there is nothing to leave out.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#toggling-thinking-modes-in-conversations
 */
export function withoutLostThinking(request: ModelRequest): ModelRequest | undefined {
  if (!asksForBudget(request) || !inUnsealedToolLoop(request.items, isSealed)) return undefined
  const { thinking: _thinking, ...extras } = request.extras
  return withoutThinkingSettings({ ...request, extras })
}

function asksForBudget({ extras, extrasDialect, model, settings }: ModelRequest): boolean {
  const { type } = objectOrEmpty(extras['thinking'])
  if (type !== undefined) return type === 'enabled'
  const isOwn = extrasDialect === dialectName
  const { reasoningBudget = 0, reasoningEffort: effort = 'none' } = settings
  return (
    !isOwn &&
    modelFeatures(model).thinking === 'budget' &&
    (reasoningBudget > 0 || effort !== 'none')
  )
}
