import { celMap, isCelError, type CelInput } from '@bufbuild/cel'
import {
  createEnvironment,
  dyn,
  type Environment,
  ExpressionError,
  type Program,
  toDynamic,
} from '@fairlead/cel'
import { authorizationFunctions } from './declarations/authorization.ts'
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
import { quantityLibrary } from './libraries/quantity.ts'

/** A compiled expression of an admission policy or a match condition. */
export interface AdmissionExpression {
  readonly source: string
  /** Why it does not compile; evaluating it fails with that. */
  readonly problem: string | undefined
  readonly program: Program | undefined
}

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

/** An evaluation: the values of the variables, and the costs that are left to spend. */
export interface AdmissionEvaluation {
  /** Evaluates an expression. Never throws; when the costs are spent every outcome is an error. */
  evaluate(expression: AdmissionExpression): AdmissionOutcome
  /** Evaluates an expression and keeps its value as `variables.name`. */
  define(name: string, expression: AdmissionExpression): void
}

const names = [
  'object',
  'oldObject',
  'request',
  'params',
  'namespaceObject',
  'authorizer',
  'variables',
]
const scope = new Map(names.map((name) => [name, dyn]))

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run'

/** Compiles and evaluates expressions of admission policies and match conditions. */
export class AdmissionExpressions {
  readonly #environment: Environment
  #decide: (question: AccessQuestion) => AccessAnswer = () => ({ allowed: false, reason: '' })

  constructor() {
    this.#environment = createEnvironment({
      functions: [
        ...quantityLibrary,
        ...ipLibrary,
        ...formatLibrary,
        ...authorizerLibrary((question) => this.#decide(question)),
      ],
      declarations: [quantityFunctions, addressFunctions, formatFunctions, authorizationFunctions],
    })
  }

  /** Never throws: an expression that does not compile says so when it is evaluated. */
  compile(source: string): AdmissionExpression {
    try {
      const program = this.#environment.program(this.#environment.compile(source, scope))
      return { source, problem: undefined, program }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return { source, problem: `compilation error: ${error.message}`, program: undefined }
    }
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
    const defined = new Map<string, CelInput>()
    const bindings: Record<string, CelInput> = {
      object: toDynamic(variables.object ?? null),
      oldObject: toDynamic(variables.oldObject ?? null),
      request: toDynamic(variables.request),
      params: toDynamic(variables.params ?? null),
      namespaceObject: toDynamic(variables.namespaceObject ?? null),
      authorizer: authorizerValue(variables.requestResource),
    }
    let left = budget
    const run = ({ source, problem, program }: AdmissionExpression) => {
      if (program === undefined) return { error: problem ?? '' }
      if (left < 0) return { error: outOfBudget }
      const { meter } = this.#environment
      this.#decide = decide
      meter.start(left)
      const result = program({ ...bindings, variables: celMap(defined) })
      left -= meter.used
      if (meter.exceeded) {
        left = -1
        return { error: meter.overBudget ? outOfBudget : costExceeded(source) }
      }
      if (isCelError(result)) {
        return { error: `expression '${source}' resulted in error: ${goText(result.message)}` }
      }
      return { result }
    }
    return {
      evaluate: (expression) => {
        const { error, result } = run(expression)
        if (error !== undefined) return { error }
        const isPlain = typeof result === 'boolean' || typeof result === 'string' || result === null
        return { value: isPlain ? result : undefined }
      },
      define: (name, expression) => {
        const { result } = run(expression)
        if (result !== undefined) defined.set(name, result)
      },
    }
  }
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
