import {
  checkDnsSubdomain,
  checkLabelKey,
  checkLabelValue,
  goQuote,
  goStrings,
  GoSyntax,
} from '@fairlead/kube-core'

import type { Place } from './place.ts'

/** As ValidateNodeSelector in Kubernetes' core validation. */
export function validateNodeSelector(selector: Place, { mayHaveInvalidValues = false } = {}): void {
  const terms = selector.each('nodeSelectorTerms')
  if (terms.length === 0) {
    selector.required('nodeSelectorTerms', 'must have at least one node selector term')
  }
  for (const term of terms) validateNodeSelectorTerm(term, { mayHaveInvalidValues })
}

/** As ValidateNodeSelectorTerm in Kubernetes' core validation. */
export function validateNodeSelectorTerm(
  term: Place,
  { mayHaveInvalidValues }: { readonly mayHaveInvalidValues: boolean },
): void {
  for (const requirement of term.each('matchExpressions')) {
    validateOperator(requirement)
    requirement.problems('key', checkLabelKey(requirement.text('key')), requirement.text('key'))
    if (mayHaveInvalidValues) continue
    for (const [index, value] of requirement.texts('values').entries()) {
      requirement.problems(`values[${index}]`, checkLabelValue(value), value)
    }
  }
  for (const requirement of term.each('matchFields')) validateFieldRequirement(requirement)
}

function validateOperator(requirement: Place): void {
  const count = requirement.items('values').length
  switch (requirement.text('operator')) {
    case 'In':
    case 'NotIn':
      if (count > 0) return
      requirement.required('values', "must be specified when `operator` is 'In' or 'NotIn'")
      return
    case 'Exists':
    case 'DoesNotExist': {
      if (count === 0) return
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
      requirement.forbidden('values', detail)
      return
    }
    case 'Gt':
    case 'Lt': {
      if (count === 1) return
      const detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
      requirement.required('values', detail)
      return
    }
    default:
      requirement.invalid('operator', 'not a valid selector operator')
  }
}

function validateFieldRequirement(requirement: Place): void {
  const operator = requirement.text('operator')
  const values = requirement.texts('values')
  if (operator !== 'In' && operator !== 'NotIn') {
    requirement.invalid('operator', 'not a valid selector operator')
  } else if (values.length !== 1) {
    const detail =
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
    requirement.required('values', detail)
  }
  if (requirement.text('key') !== 'metadata.name') {
    requirement.invalid('key', 'not a valid field selector key')
    return
  }
  for (const [index, value] of values.entries()) {
    requirement.problems(`values[${index}]`, checkDnsSubdomain(value), value)
  }
}

/** A list of terms as Go's `%#v` shows it; undefined is nil. */
export function goNodeSelectorTerms(terms: readonly Place[] | undefined): GoSyntax {
  const type = '[]core.NodeSelectorTerm'
  if (terms === undefined) return new GoSyntax(`${type}(nil)`)
  return new GoSyntax(`${type}{${terms.map((term) => goNodeSelectorTerm(term).text).join(', ')}}`)
}

/** A term as Go's `%#v` shows it. */
export function goNodeSelectorTerm(term: Place): GoSyntax {
  const type = '[]core.NodeSelectorRequirement'
  const shown = (list: string): string => {
    if (!term.has(list)) return `${type}(nil)`
    return `${type}{${term.each(list).map(goRequirement).join(', ')}}`
  }
  return new GoSyntax(
    `core.NodeSelectorTerm{MatchExpressions:${shown('matchExpressions')}, MatchFields:${shown('matchFields')}}`,
  )
}

function goRequirement(requirement: Place): string {
  const [key, operator] = ['key', 'operator'].map((field) => goQuote(requirement.text(field)))
  const values = requirement.has('values') ? requirement.texts('values') : undefined
  return `core.NodeSelectorRequirement{Key:${key}, Operator:${operator}, Values:${goStrings(values).text}}`
}
