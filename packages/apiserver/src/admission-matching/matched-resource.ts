import type { AdmissionRequest } from '../admission/admission-request.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { Registry } from '../resources/registry.ts'
import { matchesRule, type ResourceRule } from './resource-rule.ts'

/**
 * As which resource a request is meant by the rules: the one that is asked for, or, when equivalent
 * ones count, the same objects in another group or version. Undefined when it is not meant.
 */
export function matchedResource(
  rules: readonly ResourceRule[],
  matchPolicy: 'Exact' | 'Equivalent',
  request: AdmissionRequest,
  registry: Registry,
): ResourceDefinition | undefined {
  const { definition } = request
  if (rules.some((rule) => matchesRule(rule, request))) return definition
  if (matchPolicy === 'Exact') return undefined
  const equivalents = equivalentsOf(definition, registry)
  for (const rule of rules) {
    const found = equivalents.find((each) => matchesRule(rule, request, each))
    if (found !== undefined) return found
  }
  return undefined
}

function equivalentsOf(definition: ResourceDefinition, registry: Registry): ResourceDefinition[] {
  const { storageResource } = definition
  return registry.all.filter(
    (each) => each.storageResource === storageResource && each !== definition,
  )
}
