import type { KindRules } from '../../definitions/built-in-kind.ts'
import { optionalRecordAt, recordAt } from '../../definitions/fields.ts'
import { errorsOf } from '../shared/place.ts'
import { onlyMutableOperations } from './operation-rule.ts'
import { bindingColumns, defaultBinding, validateBinding } from './policy-binding.ts'

/** As Kubernetes' MutatingAdmissionPolicyBinding strategy, defaults (v1alpha1) and validation. */
export const mutatingAdmissionPolicyBindingRules: KindRules = {
  group: 'admissionregistration.k8s.io',
  plural: 'mutatingadmissionpolicybindings',
  hasGeneration: true,
  columns: bindingColumns,
  writeRules: {
    defaults(binding) {
      defaultBinding(binding)
      const paramRef = optionalRecordAt(recordAt(binding, 'spec'), 'paramRef')
      if (paramRef !== undefined) paramRef['parameterNotFoundAction'] ??= 'Deny'
    },
    validate: (binding) =>
      errorsOf(binding, (root) => {
        const spec = root.within('spec')
        validateBinding(spec)
        onlyMutableOperations(spec, 'matchResources')
      }),
  },
}
