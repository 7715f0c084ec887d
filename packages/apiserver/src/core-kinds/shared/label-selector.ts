import { append } from '@fairlead/base'
import { checkLabelKey, checkLabelValue, validateLabels } from '@fairlead/kube-core'

import { recordsAt, textAt, textMapAt, textsAt, type Fields } from '../../definitions/fields.ts'
import type { Place } from './place.ts'

/** As ValidateLabelSelector in the validation of Kubernetes' metadata types. */
export function validateLabelSelector(
  selector: Place | undefined,
  { mayHaveInvalidValues = false } = {},
): void {
  if (selector === undefined) return
  const labels = selector.textMap('matchLabels')
  append(selector.found, validateLabels(labels, selector.pathOf('matchLabels')))
  for (const requirement of selector.each('matchExpressions')) {
    validateOperator(requirement)
    requirement.problems('key', checkLabelKey(requirement.text('key')))
    if (!mayHaveInvalidValues) validateValues(requirement)
  }
}

/** As ValidateLabelSelectorRequirement, of one that newer clients may give an operator of theirs. */
export function validateLabelRequirement(requirement: Place): void {
  validateOperator(requirement, { mayBeUnknown: true })
  requirement.problems('key', checkLabelKey(requirement.text('key')))
  validateValues(requirement)
}

/** How many values an operator takes, of a selector of labels or of fields. */
export function validateOperator(requirement: Place, { mayBeUnknown = false } = {}): void {
  const values = requirement.items('values')
  switch (requirement.text('operator')) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return
      requirement.required('values', "must be specified when `operator` is 'In' or 'NotIn'")
      return
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return
      requirement.forbidden(
        'values',
        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      )
      return
    default:
      if (mayBeUnknown) return
      requirement.invalid('operator', 'not a valid selector operator')
  }
}

function validateValues(requirement: Place): void {
  for (const [index, value] of requirement.texts('values').entries()) {
    requirement.problems(`values[${index}]`, checkLabelValue(value), value)
  }
}

/** As FormatLabelSelector in Kubernetes' metadata types: `a=b,c in (d,e),!f`; `<none>` for none. */
export function formatLabelSelector(selector: Fields): string {
  const labels = Object.entries(textMapAt(selector, 'matchLabels')).map(([key, value]) => {
    return { key, text: `${key}=${value}` }
  })
  const terms = recordsAt(selector, 'matchExpressions').map((term) => {
    const key = textAt(term, 'key')
    return { key, text: formatRequirement(key, textAt(term, 'operator'), textsAt(term, 'values')) }
  })
  const all = [...labels, ...terms].toSorted((a, b) => (a.key < b.key ? -1 : 1))
  return all.length === 0 ? '<none>' : all.map(({ text }) => text).join(',')
}

function formatRequirement(key: string, operator: string, values: readonly string[]): string {
  switch (operator) {
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    default:
      return `${key} ${operator.toLowerCase()} (${values.toSorted().join(',')})`
  }
}
