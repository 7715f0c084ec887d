import {
  goQuote,
  goStringMap,
  goStrings,
  GoSyntax,
  labelSelectorFrom,
  StatusError,
  type LabelSelector,
  type LabelSelectorSpec,
} from '@fairlead/kube-core'
import { isJsonObject } from '@fairlead/base'

import type { Place } from './place.ts'

/**
 * The selector in a field; `invalid` when it is none, undefined when there is none, which selects
 * nothing. As LabelSelectorAsSelector in Kubernetes' API machinery.
 */
export function selectorAt(place: Place, field: string): LabelSelector | 'invalid' | undefined {
  const spec = place.at(field)
  if (spec === undefined) return undefined
  try {
    return labelSelectorFrom(spec.fields)
  } catch (error) {
    if (error instanceof StatusError) return 'invalid'
    throw error
  }
}

/**
 * A controller must select the pods that it makes.
 * @param selector as `selectorAt` gives it
 */
export function validateSelects(selector: LabelSelector | undefined, template: Place): void {
  const metadata = template.within('metadata')
  if (selector?.matches(metadata.textMap('labels')) === true) return
  const labels = metadata.has('labels') ? metadata.textMap('labels') : undefined
  const detail = '`selector` does not match template `labels`'
  metadata.invalid('labels', detail, goStringMap(labels))
}

/** Whether a selector has no terms. */
export function isEmptySelector(selector: Place): boolean {
  const labels = Object.keys(selector.textMap('matchLabels'))
  return labels.length + selector.items('matchExpressions').length === 0
}

/** As `%#v` shows a selector; undefined is nil, which messages show as null. */
export function goLabelSelector(selector: unknown): GoSyntax | string {
  if (!isJsonObject(selector)) return 'null'
  const { matchLabels, matchExpressions } = selector as LabelSelectorSpec
  const expressions = matchExpressions?.map(
    ({ key, operator, values }) =>
      `v1.LabelSelectorRequirement{Key:${goQuote(key)}, Operator:${goQuote(operator)}, Values:${goStrings(values).text}}`,
  )
  const list = '[]v1.LabelSelectorRequirement'
  const requirements =
    expressions === undefined ? `${list}(nil)` : `${list}{${expressions.join(', ')}}`
  return new GoSyntax(
    `v1.LabelSelector{MatchLabels:${goStringMap(matchLabels).text}, MatchExpressions:${requirements}}`,
  )
}
