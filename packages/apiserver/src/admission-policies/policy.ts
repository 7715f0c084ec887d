import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import type {
  AdmissionExpression,
  AdmissionExpressions,
  KubernetesObject,
} from '@fairlead/kube-core'

import { parsePolicyBase, type PolicyBase } from './policy-base.ts'

/** A ValidatingAdmissionPolicy, compiled. */
export interface Policy extends PolicyBase {
  readonly validations: readonly Validation[]
  readonly annotations: readonly { readonly key: string; readonly value: AdmissionExpression }[]
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
  const { base, spec, compiler } = parsePolicyBase(policy, expressions)
  const records = (field: string) => arrayOrEmpty(spec[field]).map(objectOrEmpty)
  return {
    ...base,
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
  }
}
