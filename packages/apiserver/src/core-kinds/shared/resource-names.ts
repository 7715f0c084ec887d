import { checkLabelKey, GoSyntax } from '@fairlead/kube-core'

import type { Place } from './place.ts'

const containerResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])

const standardResources: ReadonlySet<string> = new Set([
  ...containerResources,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
])

const integerResources: ReadonlySet<string> = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
])

const hugePages = 'hugepages-'
const requests = 'requests.'

/** Memory in pages of one size, which cannot be overcommitted. */
export function isHugePageResource(name: string): boolean {
  return name.startsWith(hugePages)
}

/** The size of the pages, such as `2Mi`. */
export function hugePageSize(name: string): string {
  return name.slice(hugePages.length)
}

/** As IsNativeResource in Kubernetes' core helpers: without a domain, or with Kubernetes' own. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

/** As IsExtendedResourceName in Kubernetes' core helpers: what a device plugin offers. */
function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith(requests)) return false
  return checkLabelKey(requests + name).length === 0
}

/** Whether containers may together use more than a node has. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePageResource(name)
}

/** Whether only whole numbers of it make sense. */
export function isIntegerResource(name: string): boolean {
  return integerResources.has(name) || isExtendedResource(name)
}

/** As validateResourceName in Kubernetes' core validation. @returns whether the name is valid */
export function validateResourceName(place: Place, field: string, name: string): boolean {
  const problems = checkLabelKey(name)
  place.problems(field, problems, shown(name))
  if (problems.length > 0) return false
  const isStandard =
    standardResources.has(name) || isHugePageResource(name) || name.startsWith(requests + hugePages)
  if (name.includes('/') || isStandard) return true
  place.invalid(field, 'must be a standard resource type or fully qualified', shown(name))
  return false
}

/** As ValidateContainerResourceName in Kubernetes' core validation. */
export function validateContainerResourceName(place: Place, field: string, name: string): void {
  validateResourceName(place, field, name)
  if (!name.includes('/')) {
    if (containerResources.has(name) || isHugePageResource(name)) return
    place.invalid(field, 'must be a standard resource for containers', shown(name))
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    place.invalid(field, "doesn't follow extended resource name standard", shown(name))
  }
}

/** Go's type of resource names prints itself without quotes. */
function shown(name: string): GoSyntax {
  return new GoSyntax(name)
}
