import type { Item, ToolDefinition } from '@fairlead/llm'
import type { FrozenTool, PinnedPersona } from '../turns/conversation.ts'
import { mergeTools } from './merge-tools.ts'
import { orderTools } from './order-tools.ts'
import { pinPersona } from './pin-persona.ts'
import type { PromptSource } from './prompt-source.ts'
import { withoutIdentity } from './render-group.ts'

/** What precedes the history. */
export interface PromptHead {
  readonly persona: PinnedPersona | null
  readonly tools: readonly ToolDefinition[]
  readonly frozenTools: readonly FrozenTool[]
  /** Whether a tool of the epoch is gone or changed. */
  readonly toolsChanged: boolean
  readonly system: readonly Item[]
}

/** `newEpoch`: whether the history begins elsewhere, so that nothing of the epoch has to stay. */
export function renderHead(source: PromptSource, newEpoch: boolean): PromptHead {
  const { request, epoch, instructing, current, variables, nowMs } = source
  const pinned = epoch.persona
  const persona = pinPersona({ persona: request.persona, pinned, newEpoch, variables, nowMs })
  const { instructions } = current.instructions.length > 0 ? current : (instructing ?? current)
  const sorted = mergeTools(persona?.tools ?? [], request.tools)
  const { tools, frozen, changed } = orderTools(sorted, newEpoch ? [] : (epoch.tools ?? []))
  return {
    persona,
    tools,
    frozenTools: frozen,
    toolsChanged: changed,
    system: [...personaItems(persona), ...instructions.map(withoutIdentity)],
  }
}

function personaItems(persona: PinnedPersona | null): Item[] {
  if (persona === null || persona.rendered.trim() === '') return []
  const content = [{ type: 'input_text', text: persona.rendered }] as const
  return [{ type: 'message', role: 'system', content }]
}
