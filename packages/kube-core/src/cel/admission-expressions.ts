import {
  celError,
  celMap,
  type CelInput,
  type CelMap,
  type CelResult,
  type CelValue,
  isCelError,
} from '@bufbuild/cel'
import { createEnvironment, type Environment, type Program, toDynamic } from '@fairlead/cel'
import { AdmissionCompiler, type AdmissionExpression } from './admission-compiler.ts'
import { typeCheck, type TypeCheckedPolicy } from './type-check.ts'
import { patchOperations, patchValue, PatchValueError } from './patch-value.ts'
import { authorizationFunctions } from './declarations/authorization.ts'
import { goQuote } from '../go-quote.ts'
import { formatFunctions } from './declarations/format.ts'
import { addressFunctions } from './declarations/ip.ts'
import { quantityFunctions } from './declarations/quantity.ts'
import {
  authorizerLibrary,
  authorizerValue,
  type AccessAnswer,
  type AccessQuestion,
} from './libraries/authorizer.ts'
import { formatLibrary } from './libraries/format.ts'
import { ipLibrary } from './libraries/ip.ts'
import { jsonPatchLibrary } from './libraries/json-patch.ts'
import { quantityLibrary } from './libraries/quantity.ts'

/** What expressions see. */
export interface AdmissionVariables {
  readonly object: unknown
  readonly oldObject: unknown
  readonly request: unknown
  readonly params?: unknown
  readonly namespaceObject?: unknown
  /** What `authorizer.requestResource` is about. */
  readonly requestResource: Partial<AccessQuestion>
}

/** The result of an expression: of a type that admission can use, or why there is none. */
export type AdmissionOutcome =
  | { readonly value: boolean | string | null | undefined; readonly error?: undefined }
  | { readonly error: string; readonly value?: undefined }

/** What an expression that makes a patch has made, as JSON, or why there is none. */
type PatchOutcome =
  | { readonly value: unknown; readonly error?: undefined }
  | { readonly error: string; readonly value?: undefined }

/** An evaluation: the values of the variables, and the costs that are left to spend. */
export interface AdmissionEvaluation {
  /** Evaluates an expression. Never throws; when the costs are spent every outcome is an error. */
  evaluate(expression: AdmissionExpression): AdmissionOutcome
  /** Evaluates an `applyConfiguration` to the configuration. As `evaluate`. */
  configuration(expression: AdmissionExpression): PatchOutcome
  /** Evaluates a `jsonPatch` to its operations. As `evaluate`. */
  operations(expression: AdmissionExpression): PatchOutcome
  /** Makes an expression `variables.name`. It is evaluated when an expression first names it. */
  define(name: string, expression: AdmissionExpression): void
}

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run'

/** Compiles and evaluates expressions of admission policies and match conditions. */
export class AdmissionExpressions {
  #made: Environment | undefined
  #decide: (question: AccessQuestion) => AccessAnswer = () => ({ allowed: false, reason: '' })

  /** Made when something is first compiled: it takes longer than a request. */
  get #environment(): Environment {
    return (this.#made ??= createEnvironment({
      counting: 'as cel-go',
      functions: [
        ...quantityLibrary,
        ...ipLibrary,
        ...formatLibrary,
        ...jsonPatchLibrary,
        ...authorizerLibrary((question) => this.#decide(question)),
      ],
      declarations: [quantityFunctions, addressFunctions, formatFunctions, authorizationFunctions],
    }))
  }

  /** A compiler for the expressions of one policy or webhook. */
  compiler(options: { readonly params: boolean; readonly variables: boolean }): AdmissionCompiler {
    return new AdmissionCompiler(this.#environment, options)
  }

  /** What finds mistakes in the expressions of a policy by the types of what they look at. */
  typeCheck(policy: TypeCheckedPolicy): (expression: string) => string | undefined {
    return typeCheck(this.#environment, policy)
  }

  /**
   * Begins an evaluation.
   * @param decide answers what expressions ask the authorizer
   * @param budget what all expressions together may cost
   */
  begin(
    variables: AdmissionVariables,
    decide: (question: AccessQuestion) => AccessAnswer,
    budget: number,
  ): AdmissionEvaluation {
    const defined = new Map<string, AdmissionExpression>()
    const bindings: Record<string, CelInput> = {
      object: toDynamic(variables.object ?? null),
      oldObject: toDynamic(variables.oldObject ?? null),
      request: toDynamic(variables.request),
      params: toDynamic(variables.params ?? null),
      namespaceObject: toDynamic(variables.namespaceObject ?? null),
      authorizer: authorizerValue(variables.requestResource),
    }
    bindings['variables'] = lazyVariables(defined, (program) => {
      return this.#environment.meter.apart(() => program(bindings))
    })
    let left = budget
    const run = ({ source, problem, program }: AdmissionExpression) => {
      if (program === undefined) return { error: `compilation error: ${problem ?? ''}` }
      if (left < 0) return { error: outOfBudget }
      const { meter } = this.#environment
      this.#decide = decide
      meter.start(left)
      const result = program(bindings)
      left -= meter.used
      if (meter.overBudget) {
        left = -1
        return { error: outOfBudget }
      }
      if (meter.exceeded) return { error: costExceeded(source) }
      if (isCelError(result)) {
        return { error: `expression '${source}' resulted in error: ${goText(result.message)}` }
      }
      return { result }
    }
    const make = (
      expression: AdmissionExpression,
      read: (result: CelValue) => unknown,
    ): PatchOutcome => {
      const { error, result } = run(expression)
      return error === undefined ? made(() => read(result)) : { error }
    }
    return {
      evaluate: (expression) => {
        const { error, result } = run(expression)
        if (error !== undefined) return { error }
        const isPlain = typeof result === 'boolean' || typeof result === 'string' || result === null
        return { value: isPlain ? result : undefined }
      },
      configuration: (expression) => make(expression, patchValue),
      operations: (expression) => make(expression, patchOperations),
      define: (name, expression) => {
        defined.set(name, expression)
      },
    }
  }
}

function made(read: () => unknown): PatchOutcome {
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof PatchValueError) return { error: error.message }
    throw error
  }
}

/** The variable `variables`, whose members are evaluated once each, when they are asked for. */
function lazyVariables(
  defined: ReadonlyMap<string, AdmissionExpression>,
  run: (program: Program) => CelResult,
): CelMap {
  const results = new Map<unknown, CelResult | undefined>()
  const get = (name: unknown): CelResult | undefined => {
    const known = results.get(name)
    if (known !== undefined) return known
    const result = typeof name === 'string' ? valueOf(name, defined.get(name), run) : undefined
    results.set(name, result)
    return result
  }
  return Object.create(celMap(new Map()), { get: { value: get } }) as CelMap
}

function valueOf(
  name: string,
  expression: AdmissionExpression | undefined,
  run: (program: Program) => CelResult,
): CelResult | undefined {
  if (expression === undefined) return undefined
  const { program, problem } = expression
  const what = `composited variable ${goQuote(name)} fails to`
  if (program === undefined) return celError(`${what} compile: ${problem ?? ''}`)
  const result = run(program)
  return isCelError(result) ? celError(`${what} evaluate: ${goText(result.message)}`) : result
}

/** What cel-go says where our evaluator has other words. */
function goText(message: string): string {
  return message
    .replace(/^field not found: /, 'no such key: ')
    .replace(/^int divide by zero/, 'division by zero')
    .replace(/^found no matching overload.*/s, 'no such overload')
}

function costExceeded(source: string): string {
  return `expression '${source}' resulted in error: operation cancelled: actual cost limit exceeded`
}
