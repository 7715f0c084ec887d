import { ModelError } from '@fairlead/llm'
import type { PromptGuards } from '../../call/prompt-guards.ts'
import type { CallGuards } from './call-guards.ts'
import { ItemChecks } from './guarded-items.ts'

/** The guards of a call as its assembly asks them. */
export function promptGuards(guards: CallGuards): PromptGuards {
  const history = new ItemChecks(guards, 'Input')
  const phases = ['Input', 'ToolArguments', 'ToolOutput'] as const
  const looksAtHistory = phases.some((phase) => guards.lookAt(phase))
  return {
    own(text) {
      guards.avoidPlaceholders(text)
      return guards.checked('Input', text)
    },
    passage(text) {
      if (!guards.lookAt('Knowledge')) return text
      try {
        return guards.checked('Knowledge', text)
      } catch (error) {
        // A passage that may not be quoted is left out: one bad document refuses nobody's calls.
        if (error instanceof ModelError) return undefined
        throw error
      }
    },
    history(items, hasPersona) {
      if (guards.restores) guards.disownEarlier(JSON.stringify(items))
      if (!looksAtHistory) return items
      return items.map((item, index) => {
        const isPersona = hasPersona && index === 0 && item.type === 'message'
        return isPersona && item.role === 'system' ? item : history.item(item)
      })
    },
  }
}
