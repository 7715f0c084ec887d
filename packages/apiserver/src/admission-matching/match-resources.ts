import { objectOrEmpty } from '@fairlead/base'
import type { LabelSelector } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import { namespaceMatches, objectMatches, parseSelector } from './label-match.ts'
import { matchedResource } from './matched-resource.ts'
import { parseResourceRules, type ResourceRule } from './resource-rule.ts'

/** Which requests a policy or binding is about: `MatchResources`. */
export interface MatchResources {
  readonly rules: readonly ResourceRule[]
  readonly excluded: readonly ResourceRule[]
  readonly matchPolicy: 'Exact' | 'Equivalent'
  readonly namespaceSelector: LabelSelector
  readonly objectSelector: LabelSelector
}

/** Reads validated constraints; without any, all requests are meant. */
export function parseMatchResources(constraints: unknown): MatchResources {
  const given = objectOrEmpty(constraints)
  return {
    rules: parseResourceRules(given['resourceRules']),
    excluded: parseResourceRules(given['excludeResourceRules']),
    matchPolicy: given['matchPolicy'] === 'Exact' ? 'Exact' : 'Equivalent',
    namespaceSelector: parseSelector(given['namespaceSelector']),
    objectSelector: parseSelector(given['objectSelector']),
  }
}

/**
 * As which resource a request is meant; undefined when it is not.
 * @throws StatusError 404 when a selector asks for a namespace that does not exist
 */
export function matchResources(
  { rules, excluded, matchPolicy, namespaceSelector, objectSelector }: MatchResources,
  request: AdmissionRequest,
  { registry, storage }: Pick<ResourceContext, 'registry' | 'storage'>,
): ResourceDefinition | undefined {
  if (!objectMatches(objectSelector, request)) return undefined
  if (matchedResource(excluded, matchPolicy, request, registry) !== undefined) return undefined
  const as =
    rules.length === 0 ? request.definition : matchedResource(rules, matchPolicy, request, registry)
  if (as === undefined || !namespaceMatches(namespaceSelector, request, storage)) return undefined
  return as
}
