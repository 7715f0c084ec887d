import {
  bool,
  type CelType,
  dyn,
  type Environment,
  ExpressionError,
  isExactType,
  listOf,
  nullType,
  type Program,
  resultType,
  string,
} from '@fairlead/cel'
import { admissionVariables, authorizerVariables } from './admission-types.ts'
import {
  applyConfigurationType,
  jsonPatchFunctions,
  jsonPatchType,
  patchType,
} from './declarations/json-patch.ts'

/** An expression of an admission policy or a match condition. */
export interface AdmissionExpression {
  readonly source: string
  /** Why it cannot be used, in the API server's wording; evaluating it fails with that. */
  readonly problem: string | undefined
  readonly program: Program | undefined
}

/** What the expressions of a policy or webhook may name besides what all may. */
interface CompilerOptions {
  /** Whether `params` exists. */
  readonly params: boolean
  /** Whether `variables` exists. */
  readonly variables: boolean
}

interface Scope {
  readonly results: readonly CelType[]
  readonly authorizer?: boolean
  readonly composed?: boolean
  readonly makesPatch?: boolean
}

/**
 * Compiles the expressions of one policy or webhook, as Kubernetes' CompositedCompiler. Never throws
 * for what does not compile.
 */
export class AdmissionCompiler {
  readonly #environment: Environment
  readonly #options: CompilerOptions
  readonly #variables = new Map<string, CelType>()

  constructor(environment: Environment, options: CompilerOptions) {
    this.#environment = environment
    this.#options = options
  }

  /** Of `matchConditions`; they do not see `variables`. */
  condition(source: string): AdmissionExpression {
    return this.#compile(source, { results: [bool], composed: false })
  }

  /** Of `variables`; expressions that are compiled later may name it. */
  variable(name: string, source: string): AdmissionExpression {
    const { type, ...expression } = this.#compile(source, { results: [] })
    this.#variables.set(name, type ?? dyn)
    return expression
  }

  /** Of `validations`. */
  validation(source: string): AdmissionExpression {
    return this.#compile(source, { results: [bool] })
  }

  /** A `messageExpression`; it may not ask the authorizer. */
  message(source: string): AdmissionExpression {
    return this.#compile(source, { results: [string], authorizer: false })
  }

  /** The `valueExpression` of an audit annotation. */
  annotation(source: string): AdmissionExpression {
    return this.#compile(source, { results: [string, nullType] })
  }

  /** An `applyConfiguration`. */
  applyConfiguration(source: string): AdmissionExpression {
    return this.#compile(source, { results: [applyConfigurationType], makesPatch: true })
  }

  /** A `jsonPatch`. */
  jsonPatch(source: string): AdmissionExpression {
    return this.#compile(source, { results: [listOf(jsonPatchType)], makesPatch: true })
  }

  /** @param results the types that the result may have; any, if there are none */
  #compile(
    source: string,
    { results, authorizer = true, composed = true, makesPatch = false }: Scope,
  ): AdmissionExpression & { readonly type?: CelType } {
    const { params, variables } = this.#options
    const scope = new Map([
      ...admissionVariables,
      ...(authorizer ? authorizerVariables : []),
      ...(params ? [['params', dyn] as const] : []),
      ...(variables && composed ? [['variables', this.#variablesType()] as const] : []),
    ])
    try {
      const compile = makesPatch ? this.#compilePatch() : this.#environment.compile
      const compiled = compile(source, scope)
      const type = resultType(compiled)
      if (results.length > 0 && !results.some((each) => isExactType(each, type))) {
        return { source, problem: wrongType(type, results), program: undefined }
      }
      const program = this.#environment.program(compiled)
      return { source, problem: undefined, program, type }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return { source, problem: `compilation failed: ${error.message}`, program: undefined }
    }
  }

  #compilePatch(): Environment['compile'] {
    return this.#environment.extended({ structs: patchType, declarations: jsonPatchFunctions })
  }

  #variablesType(): CelType {
    return {
      kind: 'object',
      name: 'kubernetes.variables',
      parameters: [],
      field: (name) => this.#variables.get(name),
    }
  }
}

function wrongType(type: CelType, results: readonly CelType[]): string {
  const names = results.map(runtimeName)
  const wanted = names.length === 1 ? names.join('') : `one of [${names.join(' ')}]`
  return `must evaluate to ${wanted} but got ${runtimeName(type)}`
}

/** The name of a type when programs run, which for some differs from that in compilers' messages. */
function runtimeName({ kind, name, parameters }: CelType): string {
  const own = runtimeNames.get(kind) ?? name
  return parameters.length === 0 ? own : `${own}(${parameters.map(runtimeName).join(', ')})`
}

const runtimeNames: ReadonlyMap<string, string> = new Map([
  ['null', 'null_type'],
  ['timestamp', 'google.protobuf.Timestamp'],
  ['duration', 'google.protobuf.Duration'],
])
