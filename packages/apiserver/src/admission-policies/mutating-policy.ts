import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import type {
  AdmissionExpression,
  AdmissionExpressions,
  KubernetesObject,
} from '@fairlead/kube-core'

import { parsePolicyBase, type PolicyBase } from './policy-base.ts'

/** A MutatingAdmissionPolicy, compiled. */
export interface MutatingPolicy extends PolicyBase {
  /** In their order. */
  readonly mutations: readonly Mutation[]
  /** Whether it is asked again when others have changed the object. */
  readonly isReinvoked: boolean
}

export interface Mutation {
  readonly patchType: 'ApplyConfiguration' | 'JSONPatch'
  readonly expression: AdmissionExpression
}

/** Compiles a validated policy; what does not compile fails when it is evaluated. */
export function parseMutatingPolicy(
  policy: KubernetesObject,
  expressions: AdmissionExpressions,
): MutatingPolicy {
  const { base, spec, compiler } = parsePolicyBase(policy, expressions)
  return {
    ...base,
    mutations: arrayOrEmpty(spec['mutations']).map((each): Mutation => {
      const { patchType, applyConfiguration, jsonPatch } = objectOrEmpty(each)
      const sourceIn = (patch: unknown): string => String(objectOrEmpty(patch)['expression'])
      return patchType === 'JSONPatch'
        ? { patchType, expression: compiler.jsonPatch(sourceIn(jsonPatch)) }
        : {
            patchType: 'ApplyConfiguration',
            expression: compiler.applyConfiguration(sourceIn(applyConfiguration)),
          }
    }),
    isReinvoked: spec['reinvocationPolicy'] === 'IfNeeded',
  }
}
