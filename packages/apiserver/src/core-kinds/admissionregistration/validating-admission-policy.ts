import {
  type AdmissionCompiler,
  type AdmissionExpressions,
  checkLabelKey,
  GoSyntax,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { validateConditions } from '../shared/conditions.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { invalidExpression } from './expression.ts'
import { defaultPolicy, policyColumns, validateMatching, validateTerms } from './policy-spec.ts'

const annotationsMax = 20
const annotationBytesMax = 5 * 1024
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const somethingToDo = 'validations or auditAnnotations must contain at least one item'

/**
 * As Kubernetes' ValidatingAdmissionPolicy strategy, defaults and validation.
 * @param expressions compile what policies say
 */
export const validatingAdmissionPolicyRules = (expressions: AdmissionExpressions): KindRules => ({
  group: 'admissionregistration.k8s.io',
  plural: 'validatingadmissionpolicies',
  hasGeneration: true,
  statusKeeps: [['spec'], ['metadata']],
  columns: policyColumns('Validations', 'validations'),
  writeRules: {
    defaults: defaultPolicy,
    validate: (policy, previous) =>
      errorsOf(policy, (root) => validateSpec(root.within('spec'), policy, previous, expressions)),
    validateStatus: (policy) =>
      errorsOf(policy, (root) => {
        const status = root.within('status')
        const warnings = status.within('typeChecking').each('expressionWarnings')
        for (const warning of warnings) validateExpressionWarning(warning)
        validateConditions(status)
      }),
  },
})

/** As validateExpressionWarning in Kubernetes' validation of admission policies. */
function validateExpressionWarning(warning: Place): void {
  warning.requireText('warning')
  if (warning.text('fieldRef').trim() === '') warning.required('fieldRef')
}

function validateSpec(
  spec: Place,
  policy: KubernetesObject,
  previous: KubernetesObject | undefined,
  expressions: AdmissionExpressions,
): void {
  let made: AdmissionCompiler | undefined
  const compiler = (): AdmissionCompiler => {
    return (made ??= expressions.compiler({
      params: spec.has('paramKind'),
      variables: spec.items('variables').length > 0,
    }))
  }
  validateMatching(spec)
  validateTerms(spec, previous, compiler)
  const validations = spec.each('validations')
  const annotations = spec.each('auditAnnotations')
  if (validations.length === 0 && annotations.length === 0) {
    spec.required('validations', somethingToDo)
    spec.required('auditAnnotations', somethingToDo)
    return
  }
  for (const validation of validations) validateValidation(validation, compiler())
  if (annotations.length > annotationsMax) {
    const shown = new GoSyntax(`[]admissionregistration.AuditAnnotation{…}`)
    const detail = `must not have more than ${annotationsMax} auditAnnotations`
    spec.invalid('auditAnnotations', detail, shown)
  }
  const keys = new Set<string>()
  for (const annotation of annotations) {
    validateAnnotation(annotation, policy.metadata.name ?? '', compiler)
    const key = annotation.text('key')
    if (keys.has(key)) annotation.duplicate('key', key)
    keys.add(key)
  }
}

function validateValidation(validation: Place, compiler: AdmissionCompiler): void {
  const expression = validation.text('expression')
  if (expression.trim() === '') validation.required('expression', 'expression is not specified')
  else invalidExpression(validation, 'expression', compiler.validation(expression))
  const messageExpression = validation.text('messageExpression')
  if (messageExpression !== '' && messageExpression.trim() === '') {
    validation.invalid('messageExpression', 'must be non-empty if specified')
  } else if (messageExpression !== '') {
    invalidExpression(validation, 'messageExpression', compiler.message(messageExpression))
  }
  const message = validation.text('message')
  if (message !== '' && message.trim() === '') {
    validation.invalid('message', 'message must be non-empty if specified')
  } else if (/[\n\r]/.test(message.trim())) {
    validation.invalid('message', 'message must not contain line breaks')
  }
  validation.oneOf('reason', reasons)
}

function validateAnnotation(
  annotation: Place,
  policyName: string,
  compiler: () => AdmissionCompiler,
): void {
  const key = annotation.text('key')
  if (policyName === '') annotation.invalid('key', 'requires metadata.name be non-empty', key)
  else {
    const qualified = `${policyName}/${key}`
    annotation.problems('key', checkLabelKey(qualified), qualified)
  }
  const expression = annotation.text('valueExpression').trim()
  if (expression === '') {
    annotation.required('valueExpression', 'valueExpression is not specified')
  } else if (Buffer.byteLength(expression) > annotationBytesMax) {
    annotation.required('valueExpression', `must not exceed ${annotationBytesMax} bytes in length`)
  } else {
    const compiled = compiler().annotation(expression)
    invalidExpression(annotation, 'valueExpression', compiled, annotation.text('valueExpression'))
  }
}
