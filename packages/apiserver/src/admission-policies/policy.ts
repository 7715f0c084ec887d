import { arrayOrEmpty, isJsonObject, objectOrEmpty } from '@fairlead/base'
import type {
  AdmissionExpression,
  AdmissionExpressions,
  KubernetesObject,
} from '@fairlead/kube-core'

import { parseMatchConditions } from '../admission-matching/match-conditions.ts'
import { parseMatchResources, type MatchResources } from '../admission-matching/match-resources.ts'

/** A ValidatingAdmissionPolicy, compiled. */
export interface Policy {
  readonly name: string
  readonly ignoresFailures: boolean
  readonly constraints: MatchResources
  readonly conditions: readonly AdmissionExpression[]
  readonly variables: readonly { readonly name: string; readonly expression: AdmissionExpression }[]
  readonly validations: readonly Validation[]
  readonly annotations: readonly { readonly key: string; readonly value: AdmissionExpression }[]
  readonly paramKind: { readonly apiVersion: string; readonly kind: string } | undefined
}

export interface Validation {
  readonly expression: AdmissionExpression
  readonly message: string
  readonly messageExpression: AdmissionExpression | undefined
  /** Empty for the default, Invalid. */
  readonly reason: string
}

/** Compiles a validated policy; what does not compile fails when it is evaluated. */
export function parsePolicy(policy: KubernetesObject, expressions: AdmissionExpressions): Policy {
  const spec = objectOrEmpty(policy['spec'])
  const records = (field: string) => arrayOrEmpty(spec[field]).map(objectOrEmpty)
  const { paramKind } = spec
  const compiler = expressions.compiler({
    params: isJsonObject(paramKind),
    variables: records('variables').length > 0,
  })
  return {
    name: policy.metadata.name ?? '',
    ignoresFailures: spec['failurePolicy'] === 'Ignore',
    constraints: parseMatchResources(spec['matchConstraints']),
    conditions: parseMatchConditions(spec['matchConditions'], () => compiler),
    variables: records('variables').map(({ name, expression }) => ({
      name: String(name),
      expression: compiler.variable(String(name), String(expression)),
    })),
    validations: records('validations').map(
      ({ expression, message, messageExpression, reason }) => ({
        expression: compiler.validation(String(expression)),
        message: typeof message === 'string' ? message.trim() : '',
        messageExpression:
          typeof messageExpression === 'string' && messageExpression !== ''
            ? compiler.message(messageExpression)
            : undefined,
        reason: typeof reason === 'string' ? reason : '',
      }),
    ),
    annotations: records('auditAnnotations').map(({ key, valueExpression }) => ({
      key: String(key),
      value: compiler.annotation(String(valueExpression).trim()),
    })),
    paramKind: isJsonObject(paramKind)
      ? { apiVersion: String(paramKind['apiVersion']), kind: String(paramKind['kind']) }
      : undefined,
  }
}
