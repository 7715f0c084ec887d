import type { Place } from '../shared/place.ts'
import { validateLabelRequirement, validateOperator } from '../shared/label-selector.ts'

/** As validateResourceAttributes in Kubernetes' authorization validation. */
export function validateSelectors(attributes: Place): void {
  validateSelector(attributes.at('fieldSelector'), validateFieldRequirement)
  validateSelector(attributes.at('labelSelector'), validateLabelRequirement)
}

/** It is either a text or a list of requirements. */
function validateSelector(
  selector: Place | undefined,
  validateRequirement: (requirement: Place) => void,
): void {
  if (selector === undefined) return
  const isText = selector.text('rawSelector') !== ''
  const requirements = selector.each('requirements')
  if (isText && requirements.length > 0) {
    selector.invalid('rawSelector', 'may not specified at the same time as requirements')
  }
  if (!isText && requirements.length === 0) {
    const detail = `when ${selector.path} is specified, requirements or rawSelector is required`
    selector.required('requirements', detail)
  }
  for (const requirement of requirements) validateRequirement(requirement)
}

/** As ValidateFieldSelectorRequirement in the validation of Kubernetes' metadata types. */
function validateFieldRequirement(requirement: Place): void {
  requirement.requireText('key', 'must be specified')
  validateOperator(requirement, { mayBeUnknown: true })
}
