import {
  type CelType,
  dyn,
  type Environment,
  ExpressionError,
  objectOf,
  resultType,
} from '@fairlead/cel'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { admissionVariables, authorizerType } from './admission-types.ts'
import { typeOfSchema } from './schema-type.ts'

/** A kind whose objects an expression looks at. */
export interface TypeCheckedKind {
  readonly kind: string
  /** Of whole objects, with their metadata. */
  readonly schema: StructuralSchema
}

/** What a policy's expressions look at. */
export interface TypeCheckedPolicy {
  readonly object: TypeCheckedKind
  /** Undefined where there are none, or their kind is unknown. */
  readonly params: TypeCheckedKind | undefined
  readonly variables: readonly { readonly name: string; readonly expression: string }[]
}

/**
 * Checks expressions of a policy against the types of the objects that it means, as the TypeChecker of
 * Kubernetes' apiserver. Returns what is wrong with an expression, in cel-go's wording; undefined when
 * nothing is.
 */
export function typeCheck(
  environment: Environment,
  { object, params, variables }: TypeCheckedPolicy,
): (expression: string) => string | undefined {
  const objectType = typeOf(object)
  const known: Record<string, CelType> = {}
  const scope = (): ReadonlyMap<string, CelType> =>
    new Map([
      ...admissionVariables,
      ['object', objectType],
      ['oldObject', objectType],
      ['authorizer', authorizerType],
      ['variables', objectOf(known, 'kubernetes.variables')],
      ...(params === undefined ? [] : [['params', typeOf(params)] as const]),
    ])
  for (const { name, expression } of variables) {
    known[name] = checked(environment, expression, scope()).type ?? dyn
  }
  return (expression) => checked(environment, expression, scope()).problem
}

function checked(
  environment: Environment,
  expression: string,
  scope: ReadonlyMap<string, CelType>,
): { readonly type?: CelType; readonly problem?: string } {
  try {
    return { type: resultType(environment.compile(expression, scope)) }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { problem: error.message }
  }
}

function typeOf({ kind, schema }: TypeCheckedKind): CelType {
  return typeOfSchema(schema, false, kind)?.type ?? dyn
}
