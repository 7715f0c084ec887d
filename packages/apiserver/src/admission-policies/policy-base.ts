import { arrayOrEmpty, isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'
import type {
  AdmissionCompiler,
  AdmissionEvaluation,
  AdmissionExpression,
  AdmissionExpressions,
  KubernetesObject,
} from '@fairlead/kube-core'

import { parseMatchConditions } from '../admission-matching/match-conditions.ts'
import { parseMatchResources, type MatchResources } from '../admission-matching/match-resources.ts'

/** What all admission policies have, compiled; what does not compile fails when it is evaluated. */
export interface PolicyBase {
  readonly name: string
  readonly ignoresFailures: boolean
  readonly constraints: MatchResources
  readonly conditions: readonly AdmissionExpression[]
  readonly variables: readonly { readonly name: string; readonly expression: AdmissionExpression }[]
  readonly paramKind: { readonly apiVersion: string; readonly kind: string } | undefined
}

/** The part of a validated policy that all have, and a compiler for its other expressions. */
export function parsePolicyBase(
  policy: KubernetesObject,
  expressions: AdmissionExpressions,
): { readonly base: PolicyBase; readonly spec: JsonObject; readonly compiler: AdmissionCompiler } {
  const spec = objectOrEmpty(policy['spec'])
  const { paramKind } = spec
  const variables = arrayOrEmpty(spec['variables']).map(objectOrEmpty)
  const compiler = expressions.compiler({
    params: isJsonObject(paramKind),
    variables: variables.length > 0,
  })
  const base = {
    name: policy.metadata.name ?? '',
    ignoresFailures: spec['failurePolicy'] === 'Ignore',
    constraints: parseMatchResources(spec['matchConstraints']),
    conditions: parseMatchConditions(spec['matchConditions'], () => compiler),
    variables: variables.map(({ name, expression }) => ({
      name: String(name),
      expression: compiler.variable(String(name), String(expression)),
    })),
    paramKind: isJsonObject(paramKind)
      ? { apiVersion: String(paramKind['apiVersion']), kind: String(paramKind['kind']) }
      : undefined,
  }
  return { base, spec, compiler }
}

/** Makes a policy's variables known to an evaluation. */
export function defineVariables({ variables }: PolicyBase, evaluation: AdmissionEvaluation): void {
  for (const { name, expression } of variables) evaluation.define(name, expression)
}
