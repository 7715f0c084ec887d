import { objectOrEmpty } from '@fairlead/base'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import {
  inUnsealedToolLoop,
  withoutThinkingSettings,
} from '../../operations/chat/unsealed-tool-loop.ts'
import { dialectName } from './dialect-name.ts'
import { modelFeatures } from './model-features.ts'
import { isOwnSeal } from './thinking.ts'

const field = 'additionalModelRequestFields'

/**
 * The request without thinking, which with a budget Claude does not continue inside a tool loop whose
 * own thinking is not sent back; undefined where there is nothing to leave out.
 */
export function withoutLostThinking(request: ModelRequest): ModelRequest | undefined {
  if (!asksForBudget(request) || !inUnsealedToolLoop(request.items, isOwnSeal)) return undefined
  const { thinking: _thinking, ...more } = objectOrEmpty(request.extras[field])
  const extras = field in request.extras ? { ...request.extras, [field]: more } : request.extras
  return withoutThinkingSettings({ ...request, extras })
}

function asksForBudget({ extras, extrasDialect, model, settings }: ModelRequest): boolean {
  const isOwn = (extrasDialect ?? dialectName) === dialectName
  const { type } = isOwn ? objectOrEmpty(objectOrEmpty(extras[field])['thinking']) : {}
  if (type !== undefined) return type === 'enabled'
  const { reasoningBudget = 0, reasoningEffort: effort = 'none' } = settings
  return (
    modelFeatures(model).thinking === 'ClaudeBudget' && (reasoningBudget > 0 || effort !== 'none')
  )
}
