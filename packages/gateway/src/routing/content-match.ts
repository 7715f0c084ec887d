import type { Condition, ConditionCompiler } from '@fairlead/cel'
import type { PromptClass, PromptType } from '@fairlead/llm'
import type { RouteMatch } from '@fairlead/snapshot'
import type { CallContent } from './call-content.ts'

/** Hears of each condition that could not be evaluated. */
export type OnConditionFailure = (route: string, failure: string) => void

/**
 * The part of a match that looks into the call; undefined when the rule has none. A condition that
 * cannot be evaluated does not match: it is noted in the content, and `onFailure` hears of it. Throws
 * for an expression that does not compile.
 */
export function compileContentMatch(
  { cel, promptTypes, complexity }: RouteMatch,
  route: string,
  conditions: ConditionCompiler,
  onFailure: OnConditionFailure,
): ((content: CallContent) => boolean) | undefined {
  const condition = cel === '' ? undefined : conditions.compile(cel)
  const classified = promptTypes.length > 0 || complexity !== undefined
  if (condition === undefined && !classified) return undefined
  return (content) =>
    (condition === undefined || holds(condition, content, route, onFailure)) &&
    (!classified || isClass(promptTypes, complexity, content.classification))
}

function holds(
  condition: Condition,
  content: CallContent,
  route: string,
  onFailure: OnConditionFailure,
): boolean {
  const { holds: result, failure } = condition.evaluate(content.bindings)
  if (failure !== undefined) {
    content.failures.push({ route, failure })
    onFailure(route, failure)
  }
  return result
}

function isClass(
  types: readonly PromptType[],
  range: RouteMatch['complexity'],
  { type, complexity }: PromptClass,
): boolean {
  if (types.length > 0 && !types.includes(type)) return false
  return range === undefined || (complexity >= range.min && complexity <= range.max)
}
