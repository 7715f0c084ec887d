import { isCelError } from '@bufbuild/cel'
import { type CallBindings, callVariableTypes } from './call-variables.ts'
import { checkExpression, ExpressionTypeError } from './check-expression.ts'
import { createEnvironment, type Environment } from './environment.ts'
import { parseExpression } from './expression.ts'
import { sourcePosition } from './source-position.ts'

/** Thrown for an expression that is no condition on calls. The message says where and why. */
export class ConditionError extends Error {
  override name = 'ConditionError'
}

/**
 * What came of an evaluation. `failure` says why there is no answer, in words of ours: never a part
 * of the call.
 */
export type Verdict =
  | { readonly holds: boolean; readonly failure?: undefined }
  | { readonly holds: false; readonly failure: string }

/** A condition on model calls, compiled. */
export interface Condition {
  /** Never throws. Stops at `conditionCostMax`, which is a failure. */
  evaluate(call: CallBindings): Verdict
}

/**
 * Cost limit of one evaluation: one for each call of a function and each step of a loop, and one for
 * every ten characters or each item that is read. Some milliseconds at most.
 */
const conditionCostMax = 20_000

const holds: Verdict = { holds: true }
const doesNotHold: Verdict = { holds: false }

/** Compiles conditions in an environment that they share. */
export class ConditionCompiler {
  readonly #environment: Environment = createEnvironment()

  /** Throws a `ConditionError` for what is not CEL, names something unknown, or is not a bool. */
  compile(source: string): Condition {
    const environment = this.#environment
    try {
      const parsed = parseExpression(source)
      const type = checkExpression(parsed, callVariableTypes, (name) =>
        environment.hasFunction(name),
      )
      if (type.name !== 'bool' && type.name !== 'dyn') {
        const message = `it must be a bool, and is of type ${type.name}`
        throw new ExpressionTypeError(message, 0)
      }
      const program = environment.program(parsed.expression)
      return { evaluate: (call) => verdict(environment, () => program({ ...call })) }
    } catch (error) {
      throw new ConditionError(problemOf(error, source), { cause: error })
    }
  }
}

function problemOf(error: unknown, source: string): string {
  if (error instanceof ExpressionTypeError) {
    const { line, column } = sourcePosition(source, error.offset)
    return at(line, column, error.message.replace(" (in container '')", ''))
  }
  if (isTooDeep(error)) return 'it is nested too deep'
  const message = error instanceof Error ? error.message : String(error)
  const [, line = '', column = '', problem = ''] =
    /^(?:ERROR: )?<input>:(\d+):(\d+): ([^]*)$/.exec(message) ?? []
  return problem === '' ? message : at(line, column, problem)
}

/** The parser and the checks descend as deep as an expression is nested. */
function isTooDeep(error: unknown): boolean {
  return (
    error instanceof RangeError || (error instanceof Error && error.cause instanceof RangeError)
  )
}

const at = (line: number | string, column: number | string, problem: string) =>
  `line ${line}, column ${column}: ${problem}`

function verdict({ meter }: Environment, run: () => unknown): Verdict {
  meter.start(conditionCostMax)
  let result: unknown
  try {
    result = run()
  } catch {
    return failed('the evaluation could not be completed')
  }
  if (meter.exceeded) return failed('the evaluation exceeded its cost limit')
  if (result === true) return holds
  if (result === false) return doesNotHold
  return failed(isCelError(result) ? failureOf(result.message) : 'the result is not a bool')
}

const failed = (failure: string): Verdict => ({ holds: false, failure })

/** The evaluator's messages may quote the call. */
function failureOf(message: string): string {
  if (/^(field not found|no such key)/.test(message)) {
    return 'a key or field does not exist; ask with `in` or has() first'
  }
  if (/divi(de|sion) by zero|modulus/.test(message)) return 'a division by zero'
  if (/overload/.test(message)) return 'an operator or function got values of the wrong types'
  return 'a function refused a value'
}
