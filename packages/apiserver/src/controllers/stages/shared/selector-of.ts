import { isJsonObject } from '@fairlead/base'
import {
  labelSelectorFrom,
  StatusError,
  type KubernetesObject,
  type LabelSelector,
} from '@fairlead/kube-core'

import { recordAt } from '../../../definitions/fields.ts'

/**
 * The selector of a workload, of either form; undefined when it selects nothing: it is absent or
 * empty, or none can be made of it.
 */
export function selectorOf(workload: KubernetesObject): LabelSelector | undefined {
  const selector = recordAt(workload, 'spec')['selector']
  if (!isJsonObject(selector) || Object.keys(selector).length === 0) return undefined
  const isPlain = !('matchLabels' in selector) && !('matchExpressions' in selector)
  try {
    return labelSelectorFrom(
      isPlain ? { matchLabels: selector as Record<string, string> } : selector,
    )
  } catch (error) {
    if (error instanceof StatusError) return undefined
    throw error
  }
}

/** As `selectorOf`, where an empty selector selects all. */
export function selectorOrAll(object: KubernetesObject): LabelSelector | undefined {
  const selector = recordAt(object, 'spec')['selector']
  const isEmpty = isJsonObject(selector) && Object.keys(selector).length === 0
  return isEmpty ? labelSelectorFrom({}) : selectorOf(object)
}
