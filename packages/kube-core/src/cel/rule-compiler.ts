import {
  type CelType,
  type CheckedExpression,
  createEnvironment,
  type Environment,
  ExpressionError,
  optionalOfType,
  resultType,
} from '@fairlead/cel'
import type { ValidationRule } from '../schema/structural-schema.ts'
import { addressFunctions } from './declarations/ip.ts'
import { authorizationFunctions } from './declarations/authorization.ts'
import { formatFunctions } from './declarations/format.ts'
import { quantityFunctions } from './declarations/quantity.ts'
import { formatLibrary } from './libraries/format.ts'
import { ipLibrary } from './libraries/ip.ts'
import { quantityLibrary } from './libraries/quantity.ts'

/** The environment of Kubernetes' rules. */
export function createRuleEnvironment(): Environment {
  return createEnvironment({
    counting: 'as cel-go',
    functions: [...quantityLibrary, ...ipLibrary, ...formatLibrary],
    declarations: [quantityFunctions, addressFunctions, formatFunctions, authorizationFunctions],
  })
}

/** The expressions of a rule, or why they are none. */
interface CheckedRule {
  readonly expression?: CheckedExpression
  readonly error?: string
  readonly message?: CheckedExpression
  readonly messageError?: string
  readonly usesOldSelf: boolean
}

/**
 * Compiles the expressions of one rule on values of a type. As compileRule in Kubernetes'
 * apiextensions-apiserver, in its wording.
 */
export function checkRule(
  environment: Environment,
  rule: ValidationRule,
  self: CelType,
): CheckedRule {
  const variables = new Map([
    ['self', self],
    ['oldSelf', rule.optionalOldSelf ? optionalOfType(self) : self],
  ])
  const compiled = compile(environment, rule.rule, variables, '')
  if (typeof compiled === 'string') return { error: compiled, usesOldSelf: false }
  if (resultType(compiled).kind !== 'bool') {
    return { error: 'cel expression must evaluate to a bool', usesOldSelf: false }
  }
  const usesOldSelf = compiled.checked.variables.has('oldSelf')
  if (!rule.messageExpression) return { expression: compiled, usesOldSelf }
  const message = compile(environment, rule.messageExpression, variables, 'messageExpression ')
  if (typeof message === 'string') {
    return { expression: compiled, messageError: message, usesOldSelf }
  }
  if (resultType(message).kind !== 'string') {
    const messageError = 'messageExpression must evaluate to a string'
    return { expression: compiled, messageError, usesOldSelf }
  }
  return { expression: compiled, message, usesOldSelf }
}

/** The expression, or why it is none. */
function compile(
  environment: Environment,
  source: string,
  variables: ReadonlyMap<string, CelType>,
  what: string,
): CheckedExpression | string {
  try {
    return environment.compile(source, variables)
  } catch (error) {
    if (error instanceof ExpressionError) return `${what}compilation failed: ${error.message}`
    throw error
  }
}
