import type { FieldError } from '../field-error.ts'
import type { RuleSet } from './compile-rules.ts'

export function evaluateRules(
  _rules: RuleSet,
  _object: unknown,
  _old: unknown | undefined,
): FieldError[] {
  return []
}
