import type { AdmissionCompiler, AdmissionExpressions, KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { invalidExpression } from './expression.ts'
import { onlyMutableOperations } from './operation-rule.ts'
import { defaultPolicy, policyColumns, validateMatching, validateTerms } from './policy-spec.ts'

/** In which field the patch of a type is, and in which that of the other one would be. */
const patchFields = {
  ApplyConfiguration: ['applyConfiguration', 'jsonPatch'],
  JSONPatch: ['jsonPatch', 'applyConfiguration'],
} as const

/**
 * As Kubernetes' MutatingAdmissionPolicy strategy, defaults (v1alpha1) and validation.
 * @param expressions compile what policies say
 */
export const mutatingAdmissionPolicyRules = (expressions: AdmissionExpressions): KindRules => ({
  group: 'admissionregistration.k8s.io',
  plural: 'mutatingadmissionpolicies',
  hasGeneration: true,
  columns: policyColumns('Mutations', 'mutations'),
  writeRules: {
    defaults: defaultPolicy,
    validate: (policy, previous) =>
      errorsOf(policy, (root) => validateSpec(root.within('spec'), previous, expressions)),
  },
})

function validateSpec(
  spec: Place,
  previous: KubernetesObject | undefined,
  expressions: AdmissionExpressions,
): void {
  let made: AdmissionCompiler | undefined
  const compiler = (): AdmissionCompiler => {
    return (made ??= expressions.compiler({ params: spec.has('paramKind'), variables: true }))
  }
  validateMatching(spec)
  onlyMutableOperations(spec, 'matchConstraints')
  validateTerms(spec, previous, compiler)
  const mutations = spec.each('mutations')
  if (mutations.length === 0) {
    spec.required('mutations', 'mutations must contain at least one item')
  }
  for (const mutation of mutations) validateMutation(mutation, compiler)
  spec.requiredOneOf('reinvocationPolicy', ['IfNeeded', 'Never'])
}

function validateMutation(mutation: Place, compiler: () => AdmissionCompiler): void {
  if (!mutation.requireText('patchType')) return
  const type = mutation.text('patchType')
  if (type !== 'ApplyConfiguration' && type !== 'JSONPatch') {
    mutation.unsupported('patchType', Object.keys(patchFields))
    return
  }
  const [own, other] = patchFields[type]
  const patch = mutation.at(own)
  if (patch === undefined) mutation.required(own, `must be specified when patchType is ${type}`)
  else validatePatch(patch, type, compiler)
  if (!mutation.has(other)) return
  mutation.invalid(other, `must not be specified when patchType is ${type}`, `{${other}}`)
}

function validatePatch(
  patch: Place,
  type: keyof typeof patchFields,
  compiler: () => AdmissionCompiler,
): void {
  const expression = patch.text('expression').trim()
  if (expression === '') {
    patch.required('expression')
    return
  }
  const compiled =
    type === 'JSONPatch'
      ? compiler().jsonPatch(expression)
      : compiler().applyConfiguration(expression)
  invalidExpression(patch, 'expression', compiled)
}
