import { checkPathSegment, goStrings } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const scopes = ['*', 'Cluster', 'Namespaced']

/** As SetDefaults_Rule of `admissionregistration.k8s.io/v1`. */
export function defaultRules(rules: readonly Record<string, unknown>[]): void {
  for (const rule of rules) rule['scope'] ??= '*'
}

/** As validateNamedRuleWithOperations in Kubernetes' validation of admission policies. */
export function validateNamedRule(rule: Place): void {
  const seen = new Set<string>()
  for (const [index, name] of rule.texts('resourceNames').entries()) {
    const field = `resourceNames[${index}]`
    rule.problems(field, checkPathSegment(name), name)
    if (seen.has(name)) rule.duplicate(field, name)
    seen.add(name)
  }
  validateRule(rule)
}

/** Nothing is changed by a policy in what is deleted: the rules of one mean other operations. */
export function onlyMutableOperations(spec: Place, field: string): void {
  const at = `${field}.resourceRules.operations`
  for (const rule of spec.at(field)?.each('resourceRules') ?? []) {
    for (const operation of rule.texts('operations')) {
      if (!mutable.includes(operation)) spec.unsupported(at, mutable, operation)
    }
  }
}

const mutable = ['*', 'CONNECT', 'CREATE', 'UPDATE']

/** As validateRuleWithOperations in Kubernetes' validation of webhook configurations. */
export function validateRule(rule: Place): void {
  const wanted = rule.texts('operations')
  if (wanted.length === 0) rule.required('operations')
  validateWildcard(rule, 'operations', 'operations', '[]admissionregistration.OperationType')
  for (const [index, operation] of wanted.entries()) {
    if (operations.includes(operation)) continue
    rule.unsupported(`operations[${index}]`, operations, operation)
  }
  if (rule.texts('apiGroups').length === 0) rule.required('apiGroups')
  validateWildcard(rule, 'apiGroups', 'API groups')
  if (rule.texts('apiVersions').length === 0) rule.required('apiVersions')
  validateWildcard(rule, 'apiVersions', 'API versions')
  for (const [index, version] of rule.texts('apiVersions').entries()) {
    if (version === '') rule.required(`apiVersions[${index}]`)
  }
  validateResources(rule)
  rule.oneOf('scope', scopes)
}

function validateWildcard(rule: Place, field: string, things: string, type = '[]string'): void {
  const values = rule.texts(field)
  if (values.length < 2 || !values.includes('*')) return
  const detail = `if '*' is present, must not specify other ${things}`
  rule.invalid(field, detail, goStrings(values, type))
}

function validateResources(rule: Place): void {
  const resources = rule.texts('resources')
  if (resources.length === 0) rule.required('resources')
  const withAllParts = new Set<string>()
  const partsOfAll = new Set<string>()
  let endsWithPlain = false
  for (const [index, resource] of resources.entries()) {
    const field = `resources[${index}]`
    if (resource === '') {
      rule.required(field)
      continue
    }
    const slash = resource.indexOf('/')
    if (slash < 0) {
      endsWithPlain = resource !== '*'
      continue
    }
    const whole = resource.slice(0, slash)
    const part = resource.slice(slash + 1)
    if (withAllParts.has(whole)) {
      const detail = `if '${whole}/*' is present, must not specify ${resource}`
      rule.invalid(field, detail, resource)
    }
    if (partsOfAll.has(part)) {
      const detail = `if '*/${part}' is present, must not specify ${resource}`
      rule.invalid(field, detail, resource)
    }
    if (part === '*') withAllParts.add(whole)
    if (whole === '*') partsOfAll.add(part)
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    const detail = "if '*/*' is present, must not specify other resources"
    rule.invalid('resources', detail, goStrings(resources))
  }
  if (resources.includes('*') && endsWithPlain) {
    const detail = "if '*' is present, must not specify other resources without subresources"
    rule.invalid('resources', detail, goStrings(resources))
  }
}
