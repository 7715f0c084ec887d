import type { AdmissionCompiler, AdmissionExpressions, KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { listAt, optionalRecordAt, recordAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { invalidExpression } from './expression.ts'
import { hasSameConditions, validateMatchConditions } from './match-condition.ts'
import { defaultMatchResources, validateMatchResources } from './match-resources.ts'
import { onlyMutableOperations } from './operation-rule.ts'
import { paramKindOf, validateParamKind } from './param-kind.ts'
import { validateVariable } from './policy-variable.ts'

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
  columns: [
    {
      ...textColumn('Mutations', 'How many mutations it has', (policy) => {
        return listAt(recordAt(policy, 'spec'), 'mutations').length
      }),
      type: 'integer',
    },
    textColumn('ParamKind', 'The kind of its parameters', paramKindOf),
  ],
  writeRules: {
    defaults(policy) {
      const spec = recordAt(policy, 'spec')
      spec['failurePolicy'] ??= 'Fail'
      defaultMatchResources(optionalRecordAt(spec, 'matchConstraints'))
      policy['spec'] = spec
    },
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
  if (spec.has('failurePolicy')) spec.oneOf('failurePolicy', ['Fail', 'Ignore'])
  else spec.required('failurePolicy')
  const paramKind = spec.at('paramKind')
  if (paramKind !== undefined) validateParamKind(paramKind)
  const match = spec.at('matchConstraints')
  if (match === undefined) spec.required('matchConstraints')
  else {
    validateMatchResources(match)
    if (match.items('resourceRules').length === 0) match.required('resourceRules')
    onlyMutableOperations(spec, 'matchConstraints')
  }
  if (!hasSameConditions(spec, previous)) validateMatchConditions(spec, compiler)
  for (const variable of spec.each('variables')) validateVariable(variable, compiler())
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
