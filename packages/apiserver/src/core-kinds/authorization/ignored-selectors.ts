import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import {
  labelSelectorFrom,
  type LabelSelectorExpression,
  parseFieldSelector,
  parseLabelSelector,
} from '@fairlead/kube-core'

import { textAt } from '../../definitions/fields.ts'

/**
 * What the answer to a review says of selectors that are not understood: the question is answered
 * without them, as BuildEvaluationError in Kubernetes' authorization registry says it.
 */
export function ignoredSelectors(attributes: JsonObject): string[] {
  return [
    ...ignored('fieldSelector', attributes, parseFieldSelector, isFieldRequirement),
    ...ignored('labelSelector', attributes, parseLabelSelector, isLabelRequirement),
  ]
}

function ignored(
  name: 'fieldSelector' | 'labelSelector',
  attributes: JsonObject,
  parse: (text: string) => unknown,
  isUnderstood: (requirement: JsonObject) => boolean,
): string[] {
  const selector = objectOrEmpty(attributes[name])
  const requirements = arrayOrEmpty(selector['requirements']).filter(isJsonObject)
  const text = textAt(selector, 'rawSelector')
  const parts =
    requirements.length > 0
      ? requirements.map(isUnderstood)
      : [text === '' || succeeds(() => parse(text))]
  if (parts.every((part) => part)) return []
  const partially = parts.some((part) => part) ? 'partially ' : ''
  return [`spec.resourceAttributes.${name} ${partially}ignored due to parse error`]
}

/** Fields are compared with one value, and with nothing else. */
function isFieldRequirement({ operator, values }: JsonObject): boolean {
  return (operator === 'In' || operator === 'NotIn') && arrayOrEmpty(values).length === 1
}

function isLabelRequirement(requirement: JsonObject): boolean {
  const expression = requirement as unknown as LabelSelectorExpression
  return succeeds(() => labelSelectorFrom({ matchExpressions: [expression] }))
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
