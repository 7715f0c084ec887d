import { ModelError } from '@fairlead/llm'
import type { PromptGuards } from '../../call/prompt-guards.ts'
import type { CallGuards } from './call-guards.ts'
import { ItemChecks } from './guarded-items.ts'

/** The guards of a call as its assembly asks them. */
export function promptGuards(guards: CallGuards): PromptGuards {
  const history = new ItemChecks(guards, 'Input')
  const looksAtHistory = guards.lookAt('Input') || guards.lookAt('ToolArguments')
  return {
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
    history(items) {
      if (guards.restores) guards.avoidPlaceholders(JSON.stringify(items))
      if (!looksAtHistory) return items
      // Texts of systems and developers are those of personas, or were checked when they came.
      return items.map((item) =>
        item.type === 'message' && (item.role === 'system' || item.role === 'developer')
          ? item
          : history.item(item),
      )
    },
  }
}
