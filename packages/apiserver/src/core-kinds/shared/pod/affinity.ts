import { checkDnsLabel, checkLabelKey } from '@fairlead/kube-core'

import { validateLabelSelector } from '../label-selector.ts'
import { validateNodeSelector, validateNodeSelectorTerm } from '../node-selector.ts'
import type { Place } from '../place.ts'

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/** As validateAffinity in Kubernetes' core validation. */
export function validateAffinity(affinity: Place): void {
  const node = affinity.at('nodeAffinity')
  if (node !== undefined) validateNodeAffinity(node)
  for (const field of ['podAffinity', 'podAntiAffinity']) {
    const pods = affinity.at(field)
    if (pods === undefined) continue
    for (const term of pods.each(required)) validateTerm(term)
    for (const term of pods.each(preferred)) {
      validateWeight(term)
      validateTerm(term.within('podAffinityTerm'))
    }
  }
}

function validateNodeAffinity(affinity: Place): void {
  const mayHaveInvalidValues = true
  const selector = affinity.at(required)
  if (selector !== undefined) validateNodeSelector(selector, { mayHaveInvalidValues })
  for (const term of affinity.each(preferred)) {
    validateWeight(term)
    validateNodeSelectorTerm(term.within('preference'), { mayHaveInvalidValues })
  }
}

function validateWeight(term: Place): void {
  const weight = term.number('weight')
  if (weight <= 0 || weight > 100) term.invalid('weight', 'must be in the range 1-100', weight)
}

function validateTerm(term: Place): void {
  validateLabelSelector(term.at('labelSelector'))
  validateLabelSelector(term.at('namespaceSelector'))
  for (const namespace of term.texts('namespaces')) {
    term.problems('namespace', checkDnsLabel(namespace), namespace)
  }
  validateLabelKeys(term)
  const key = term.text('topologyKey')
  if (key === '') term.required('topologyKey', 'can not be empty')
  term.problems('topologyKey', checkLabelKey(key), key)
}

/** As validateMatchLabelKeysAndMismatchLabelKeys in Kubernetes' core validation. */
function validateLabelKeys(term: Place): void {
  const match = term.texts('matchLabelKeys')
  const mismatch = new Set(term.texts('mismatchLabelKeys'))
  const selector = term.at('labelSelector')
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys']) {
    const keys = term.texts(field)
    if (keys.length > 0 && selector === undefined) {
      term.forbidden(field, 'must not be specified when labelSelector is not set')
    } else {
      for (const [index, key] of keys.entries()) {
        term.problems(`${field}[${index}]`, checkLabelKey(key), key)
      }
    }
  }
  // The keys were added to the selector when the object was created: once each is right.
  const indexes = new Map(match.map((key, index) => [key, index]))
  const selected = new Set(Object.keys(selector?.textMap('matchLabels') ?? {}))
  for (const requirement of selector?.each('matchExpressions') ?? []) {
    const key = requirement.text('key')
    const index = indexes.get(key)
    if (index !== undefined && selected.has(key)) {
      term.invalid(`[${index}]`, 'exists in both matchLabelKeys and labelSelector', key)
    }
    selected.add(key)
  }
  for (const [index, key] of match.entries()) {
    if (!mismatch.has(key)) continue
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys'
    term.invalid(`matchLabelKeys[${index}]`, detail, key)
  }
}
