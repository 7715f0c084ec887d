import type { Condition, ConditionCompiler } from '@fairlead/cel'
import type { PromptClass, PromptType } from '@fairlead/llm'
import type { RouteMatch } from '@fairlead/snapshot'
import type { CallContent } from './call-content.ts'
import type { RouteCondition } from './route-conditions.ts'

/** Hears of each condition that could not be evaluated. */
export type OnConditionFailure = (route: string, failure: string) => void

/**
 * The conditions of a rule that look into the call. An expression that cannot be evaluated does not
 * hold: it is noted in the content, and `onFailure` hears of it. Throws for an expression that does
 * not compile.
 */
export function contentConditions(
  { cel, promptTypes, complexity }: RouteMatch,
  route: string,
  conditions: ConditionCompiler,
  onFailure: OnConditionFailure,
): readonly RouteCondition[] {
  const found: RouteCondition[] = []
  if (cel !== '') {
    const condition = conditions.compile(cel)
    found.push(({ content }) => whyNot(condition, content, route, onFailure))
  }
  if (promptTypes.length > 0 || complexity !== undefined) {
    found.push(({ content }) => {
      const { classification } = content
      if (isClass(promptTypes, complexity, classification)) return undefined
      return `the prompt is of type ${classification.type} and complexity ${classification.complexity}`
    })
  }
  return found
}

function whyNot(
  condition: Condition,
  content: CallContent,
  route: string,
  onFailure: OnConditionFailure,
): string | undefined {
  const { holds, failure } = condition.evaluate(content.bindings)
  if (failure === undefined) return holds ? undefined : 'its CEL expression is false'
  if (!content.failures.some((known) => known.route === route)) {
    content.failures.push({ route, failure })
    onFailure(route, failure)
  }
  return 'its CEL expression could not be evaluated'
}

function isClass(
  types: readonly PromptType[],
  range: RouteMatch['complexity'],
  { type, complexity }: PromptClass,
): boolean {
  if (types.length > 0 && !types.includes(type)) return false
  return range === undefined || (complexity >= range.min && complexity <= range.max)
}
