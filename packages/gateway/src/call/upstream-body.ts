import { spliceTopLevel } from '@fairlead/llm'
import type { AssembledCall } from './assemble-context.ts'
import type { CallTarget } from './match-route.ts'
import type { ModelCall } from './model-call.ts'

/**
 * The bytes for one target. A provider that speaks the caller's format gets the caller's bytes with
 * only those top-level fields exchanged that must be; any other gets the call in its own format.
 */
export function upstreamBody(assembled: AssembledCall, target: CallTarget): Uint8Array {
  const { adapter } = target.provider
  if (!adapter.passThrough) {
    const request = { ...assembled.canonical(), model: target.model }
    return Buffer.from(JSON.stringify(adapter.dialect.encodeRequest(request)))
  }
  const { call } = assembled
  const set = topLevelEdits(call, target)
  if (!call.sent.context && Object.keys(set).length === 0) return call.body
  return spliceTopLevel(call.body, { set, remove: ['context'] })
}

function topLevelEdits(call: ModelCall, target: CallTarget): Record<string, string> {
  const set: Record<string, string> = {}
  if (call.sent.model !== target.model) set['model'] = JSON.stringify(target.model)
  for (const [name, value] of Object.entries(call.edits)) {
    if (value !== undefined) set[name] = JSON.stringify(value)
  }
  const { temperature, maxOutputTokens } = call.defaults
  if (temperature !== undefined && !call.sent.temperature) {
    set['temperature'] = JSON.stringify(temperature)
  }
  if (maxOutputTokens !== undefined && !call.sent.outputLimit) {
    set[target.provider.adapter.maxTokensField] = JSON.stringify(maxOutputTokens)
  }
  return set
}
