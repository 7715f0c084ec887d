import { isCelError } from '@bufbuild/cel'
import { type CallBindings, callVariableTypes } from './call-variables.ts'
import { createEnvironment, type Environment, type Program } from './environment.ts'
import { resultType } from './expression.ts'
import { ExpressionError, placeOf } from './syntax/issues.ts'

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

/** What came of the evaluation of a text. */
export type TextVerdict =
  | { readonly text: string; readonly failure?: undefined }
  | { readonly text?: undefined; readonly failure: string }

/** An expression over model calls that gives a text, compiled. */
export interface TextExpression {
  /** Never throws. Stops at the same cost as a condition. */
  evaluate(call: CallBindings): TextVerdict
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
    const program = this.#program(source, ['bool'], 'a bool')
    return { evaluate: (call) => verdict(environment, () => program({ ...call })) }
  }

  /**
   * Throws a `ConditionError` for what is not CEL, names something unknown, or is no string, number
   * or bool.
   */
  compileText(source: string): TextExpression {
    const environment = this.#environment
    const program = this.#program(source, textTypes, 'a string, number or bool')
    return { evaluate: (call) => textVerdict(environment, () => program({ ...call })) }
  }

  #program(source: string, types: readonly string[], expected: string): Program {
    const environment = this.#environment
    try {
      const compiled = environment.compile(source, callVariableTypes)
      const { kind } = resultType(compiled)
      if (!types.includes(kind) && kind !== 'dyn') {
        const message = `it must be ${expected}, and is of type ${kind}`
        throw new ExpressionError([{ message, offset: 0 }], source)
      }
      return environment.program(compiled)
    } catch (error) {
      throw new ConditionError(problemOf(error, source), { cause: error })
    }
  }
}

const textTypes: readonly string[] = ['string', 'int', 'uint', 'double', 'bool']

function problemOf(error: unknown, source: string): string {
  if (isTooDeep(error)) return 'it is nested too deep'
  const [issue] = error instanceof ExpressionError ? error.issues : []
  if (issue === undefined) return error instanceof Error ? error.message : String(error)
  const message = issue.message.replace(" (in container '')", '').replace(/ expecting \{.*\}$/, '')
  const { line, column } = placeOf(issue, source)
  return at(line, column + 1, message)
}

/** The parser and the checks descend as deep as an expression is nested. */
function isTooDeep(error: unknown): boolean {
  if (error instanceof RangeError) return true
  if (!(error instanceof ExpressionError)) return false
  return error.issues.some(({ message }) => message.startsWith('expression recursion limit'))
}

const at = (line: number | string, column: number | string, problem: string) =>
  `line ${line}, column ${column}: ${problem}`

function verdict(environment: Environment, run: () => unknown): Verdict {
  const { failure, result } = outcome(environment, run)
  if (failure !== undefined) return failed(failure)
  if (result === true) return holds
  if (result === false) return doesNotHold
  return failed('the result is not a bool')
}

function textVerdict(environment: Environment, run: () => unknown): TextVerdict {
  const { failure, result } = outcome(environment, run)
  if (failure !== undefined) return { failure }
  switch (typeof result) {
    case 'string':
      return { text: result }
    case 'number':
    case 'bigint':
    case 'boolean':
      return { text: String(result) }
    default:
      return { failure: 'the result is no string, number or bool' }
  }
}

function outcome(
  { meter }: Environment,
  run: () => unknown,
): { readonly result?: unknown; readonly failure?: string } {
  meter.start(conditionCostMax)
  let result: unknown
  try {
    result = run()
  } catch {
    return { failure: 'the evaluation could not be completed' }
  }
  if (meter.exceeded) return { failure: 'the evaluation exceeded its cost limit' }
  return isCelError(result) ? { failure: failureOf(result.message) } : { result }
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
