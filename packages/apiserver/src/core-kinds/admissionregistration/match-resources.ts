import { recordsAt } from '../../definitions/fields.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import type { Place } from '../shared/place.ts'
import { defaultRules, validateNamedRule } from './operation-rule.ts'

/** As SetDefaults_MatchResources of `admissionregistration.k8s.io/v1`. */
export function defaultMatchResources(match: Record<string, unknown> | undefined): void {
  if (match === undefined) return
  match['matchPolicy'] ??= 'Equivalent'
  match['namespaceSelector'] ??= {}
  match['objectSelector'] ??= {}
  defaultRules(recordsAt(match, 'resourceRules'))
  defaultRules(recordsAt(match, 'excludeResourceRules'))
}

/** As validateMatchResources in Kubernetes' validation of admission policies. */
export function validateMatchResources(match: Place | undefined): void {
  if (match === undefined) return
  if (match.has('matchPolicy')) match.oneOf('matchPolicy', ['Equivalent', 'Exact'])
  else match.required('matchPolicy')
  for (const field of ['namespaceSelector', 'objectSelector']) {
    const selector = match.at(field)
    if (selector === undefined) match.required(field)
    else validateLabelSelector(selector)
  }
  for (const rule of match.each('resourceRules')) validateNamedRule(rule)
  for (const rule of match.each('excludeResourceRules')) validateNamedRule(rule)
}
