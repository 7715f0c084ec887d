import { goQuote, goStrings, GoSyntax, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textMapAt, textsAt } from '../../definitions/fields.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { fieldsWithin } from '../shared/defaulting.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validateResourceQuantity } from '../shared/quantities.ts'
import { roundUpResources } from '../shared/resource-list.ts'
import { isHugePageResource, validateResourceName } from '../shared/resource-names.ts'

/** As Kubernetes' core helpers list them. */
const quotaResources: ReadonlySet<string> = new Set(
  (
    'cpu memory ephemeral-storage requests.cpu requests.memory requests.storage ' +
    'requests.ephemeral-storage limits.cpu limits.memory limits.ephemeral-storage pods ' +
    'resourcequotas services replicationcontrollers secrets persistentvolumeclaims configmaps ' +
    'services.nodeports services.loadbalancers'
  ).split(' '),
)
const computeResources: ReadonlySet<string> = new Set(
  'cpu memory limits.cpu limits.memory requests.cpu requests.memory'.split(' '),
)
const bestEffort = 'BestEffort'
const crossNamespace = 'CrossNamespacePodAffinity'
const scopes = ['Terminating', 'NotTerminating', bestEffort, 'NotBestEffort', 'PriorityClass']
const conflicts = [
  [bestEffort, 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const

/** As Kubernetes' ResourceQuota strategy, defaults and validation. */
export const resourceQuotaRules: KindRules = {
  group: '',
  plural: 'resourcequotas',
  allColumns: [
    nameColumn,
    ageColumn,
    textColumn('Request', 'What may be requested', (quota) => usageOf(quota, isRequest)),
    textColumn('Limit', 'What may be used', (quota) => usageOf(quota, isLimit)),
  ],
  writeRules: {
    defaults(quota) {
      roundUpResources(fieldsWithin(quota, 'spec'), 'hard')
    },
    validate: (quota, previous) =>
      errorsOf(quota, (root) => {
        const spec = root.within('spec')
        validateList(spec.within('hard'))
        validateScopes(spec)
        const selector = spec.at('scopeSelector')
        if (selector !== undefined) validateSelector(selector, spec)
        if (previous !== undefined) validateSameScopes(spec, previous)
      }),
    validateStatus: (quota) =>
      errorsOf(quota, (root) => {
        validateList(root.within('status').within('hard'))
        validateList(root.within('status').within('used'))
      }),
  },
}

function isQuotaResource(name: string): boolean {
  return (
    quotaResources.has(name) || isHugePageResource(name) || name.startsWith('requests.hugepages-')
  )
}

function validateList(list: Place): void {
  for (const name of Object.keys(list.fields)) {
    const field = `[${name}]`
    validateResourceName(list, field, name)
    if (!name.includes('/') && !isQuotaResource(name)) {
      list.invalid(field, 'must be a standard resource for quota', new GoSyntax(name))
    }
    validateResourceQuantity(list, name)
  }
}

/** As IsResourceQuotaScopeValidForResource in Kubernetes' core helpers. */
function isValidFor(scope: string, resource: string): boolean {
  if (scope === bestEffort) return resource === 'pods'
  if (!scopes.includes(scope) && scope !== crossNamespace) return true
  return resource === 'pods' || computeResources.has(resource)
}

function hardOf(spec: Place): readonly string[] {
  return Object.keys(spec.within('hard').fields).toSorted()
}

function validateScopes(spec: Place): void {
  const wanted = spec.texts('scopes')
  const shown = goScopes(spec)
  for (const scope of wanted) {
    if (!scopes.includes(scope) && scope !== crossNamespace) {
      spec.invalid('scopes', 'unsupported scope', shown)
    }
    for (const resource of hardOf(spec)) {
      if (!isQuotaResource(resource) || isValidFor(scope, resource)) continue
      spec.invalid('scopes', 'unsupported scope applied to resource', shown)
    }
  }
  for (const pair of conflicts) {
    if (pair.every((scope) => wanted.includes(scope))) {
      spec.invalid('scopes', 'conflicting scopes', shown)
    }
  }
}

function validateSelector(selector: Place, spec: Place): void {
  const field = 'matchExpressions'
  const requirements = selector.each(field)
  for (const requirement of requirements) {
    const scope = requirement.text('scopeName')
    if (!scopes.includes(scope) && scope !== crossNamespace) {
      selector.invalid(`${field}.scopeName`, 'unsupported scope', scope)
    }
    for (const resource of hardOf(spec)) {
      if (!isQuotaResource(resource) || isValidFor(scope, resource)) continue
      selector.invalid(field, 'unsupported scope applied to resource', goSelector(selector))
    }
    validateOperator(selector, requirement, scope)
  }
  const wanted = requirements.map((requirement) => requirement.text('scopeName'))
  for (const pair of conflicts) {
    if (!pair.every((scope) => wanted.includes(scope))) continue
    selector.invalid(field, 'conflicting scopes', goScopes(spec))
  }
}

function goScopes(spec: Place): GoSyntax {
  const given = spec.has('scopes') ? spec.texts('scopes') : undefined
  return goStrings(given, '[]core.ResourceQuotaScope')
}

/** As Go's `%#v` shows it. */
function goSelector(selector: Place): GoSyntax {
  const requirements = selector.each('matchExpressions').map((requirement) => {
    const [name, operator] = ['scopeName', 'operator'].map((of) => goQuote(requirement.text(of)))
    const values = requirement.has('values') ? requirement.texts('values') : undefined
    return `core.ScopedResourceSelectorRequirement{ScopeName:${name}, Operator:${operator}, Values:${goStrings(values).text}}`
  })
  const list = `[]core.ScopedResourceSelectorRequirement{${requirements.join(', ')}}`
  return new GoSyntax(`core.ScopeSelector{MatchExpressions:${list}}`)
}

function validateOperator(selector: Place, requirement: Place, scope: string): void {
  const field = 'matchExpressions'
  const operator = requirement.text('operator')
  if ([...conflicts.flat(), crossNamespace].includes(scope) && operator !== 'Exists') {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, " +
      'ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ' +
      'ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity'
    selector.invalid(`${field}.operator`, detail, operator)
  }
  const values = requirement.texts('values')
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) break
      selector.required(
        `${field}.values`,
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      )
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) break
      selector.invalid(
        `${field}.values`,
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        goStrings(values),
      )
      break
    default:
      selector.invalid(`${field}.operator`, 'not a valid selector operator', operator)
  }
}

function validateSameScopes(spec: Place, previous: KubernetesObject): void {
  const before = new Set(textsAt(recordAt(previous, 'spec'), 'scopes'))
  const after = new Set(spec.texts('scopes'))
  if (before.size === after.size && [...after].every((scope) => before.has(scope))) return
  spec.invalid('scopes', 'field is immutable', goScopes(spec))
}

function isLimit(resource: string): boolean {
  return resource.startsWith('limits.')
}

function isRequest(resource: string): boolean {
  return !isLimit(resource)
}

/** `pods: 1/4, requests.cpu: 0/1` */
function usageOf(quota: KubernetesObject, isShown: (resource: string) => boolean): string {
  const status = recordAt(quota, 'status')
  const hard = textMapAt(status, 'hard')
  const used = textMapAt(status, 'used')
  return Object.keys(hard)
    .filter(isShown)
    .toSorted()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name] ?? '0'}`)
    .join(', ')
}
