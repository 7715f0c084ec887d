import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { isNamespace, requestNamespace } from './request-namespace.ts'

/** Which requests are meant: `RuleWithOperations`, and `NamedRuleWithOperations` of policies. */
export interface ResourceRule {
  readonly operations: readonly string[]
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  // `pods`, `pods/log`, `pods/*`, `*`, `*/scale` or `*/*`.
  readonly resources: readonly string[]
  /** Empty: all names. */
  readonly resourceNames: readonly string[]
  readonly scope: string
}

/** Reads validated rules. */
export function parseResourceRules(rules: unknown): readonly ResourceRule[] {
  return arrayOrEmpty(rules).map((each) => {
    const { operations, apiGroups, apiVersions, resources, resourceNames, scope } =
      objectOrEmpty(each)
    return {
      operations: texts(operations),
      apiGroups: texts(apiGroups),
      apiVersions: texts(apiVersions),
      resources: texts(resources),
      resourceNames: texts(resourceNames),
      scope: typeof scope === 'string' ? scope : '*',
    }
  })
}

/** Whether a rule means a request, taken as one for the resource `as`. */
export function matchesRule(
  rule: ResourceRule,
  request: AdmissionRequest,
  as: ResourceDefinition = request.definition,
): boolean {
  return (
    matchesScope(rule.scope, request) &&
    hasOrAll(rule.operations, request.operation) &&
    hasOrAll(rule.apiGroups, as.group) &&
    hasOrAll(rule.apiVersions, as.version) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(request.name)) &&
    rule.resources.some((each) => matchesResource(each, as.plural, request.subresource ?? ''))
  )
}

function matchesScope(scope: string, request: AdmissionRequest): boolean {
  if (scope === '*') return true
  // A Namespace is an object of the cluster, although requests for it are in it.
  const isOfCluster = isNamespace(request) || requestNamespace(request) === ''
  return scope === 'Cluster' ? isOfCluster : !isOfCluster
}

function matchesResource(wanted: string, plural: string, subresource: string): boolean {
  const [resource = '', sub = ''] = wanted.split('/', 2)
  return (resource === '*' || resource === plural) && (sub === '*' || sub === subresource)
}

function hasOrAll(wanted: readonly string[], value: string): boolean {
  return wanted.includes('*') || wanted.includes(value)
}

function texts(value: unknown): string[] {
  return arrayOrEmpty(value).map(String)
}
