import { goStrings } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { bindingColumns, defaultBinding, validateBinding } from './policy-binding.ts'

const actions = ['Audit', 'Deny', 'Warn']

/** As Kubernetes' ValidatingAdmissionPolicyBinding strategy, defaults and validation. */
export const validatingAdmissionPolicyBindingRules: KindRules = {
  group: 'admissionregistration.k8s.io',
  plural: 'validatingadmissionpolicybindings',
  hasGeneration: true,
  columns: bindingColumns,
  writeRules: {
    defaults: defaultBinding,
    validate: (binding) => errorsOf(binding, (root) => validateSpec(root.within('spec'))),
  },
}

function validateSpec(spec: Place): void {
  validateBinding(spec)
  validateActions(spec)
}

function validateActions(spec: Place): void {
  const wanted = spec.texts('validationActions')
  const seen = new Set<string>()
  for (const [index, action] of wanted.entries()) {
    const field = `validationActions[${index}]`
    if (!actions.includes(action)) spec.unsupported(field, actions, action)
    if (seen.has(action)) spec.duplicate(field, action)
    seen.add(action)
  }
  if (seen.has('Deny') && seen.has('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in ' +
      'the API response and headers serves no purpose)'
    const shown = goStrings(wanted, '[]admissionregistration.ValidationAction')
    spec.invalid('validationActions', detail, shown)
  }
  if (seen.size === 0) {
    spec.required('validationActions', 'at least one validation action is required')
  }
}
