import { compareQuantity, parseQuantity } from '@fairlead/kube-core'

import { Place } from './place.ts'
import { quantityAt, validateResourceQuantity } from './quantities.ts'
import {
  hugePageSize,
  isHugePageResource,
  isOvercommitAllowed,
  validateContainerResourceName,
} from './resource-names.ts'

/**
 * As ValidateContainerResourceRequirements in Kubernetes' core validation. Claims are not checked:
 * they are dropped before, because their feature is off.
 */
export function validateContainerResources(resources: Place): void {
  const limits = resources.within('limits')
  const requests = resources.within('requests')
  for (const name of Object.keys(limits.fields)) {
    validateContainerResourceName(limits, `[${name}]`, name)
    validateResourceQuantity(limits, name)
    validateHugePages(limits, name)
  }
  for (const name of Object.keys(requests.fields)) {
    validateContainerResourceName(requests, `[${name}]`, name)
    validateResourceQuantity(requests, name)
    compareWithLimit(resources, requests, limits, name)
    validateHugePages(requests, name)
  }
  const names = [...Object.keys(limits.fields), ...Object.keys(requests.fields)]
  if (names.some(isHugePageResource) && !names.includes('cpu') && !names.includes('memory')) {
    resources.forbidden('', 'HugePages require cpu or memory')
  }
}

/** As validateOverhead in Kubernetes' core validation: what a pod needs beyond its containers. */
export function validateOverhead({ fields, path, found }: Place): void {
  validateContainerResources(new Place({ limits: fields }, path, found))
}

function compareWithLimit(resources: Place, requests: Place, limits: Place, name: string): void {
  const request = quantityAt(requests, name)
  const limit = quantityAt(limits, name)
  if (request === undefined) return
  if (limit === undefined) {
    if (isOvercommitAllowed(name)) return
    resources.required('limits', 'Limit must be set for non overcommitable resources')
    return
  }
  const compared = compareQuantity(request, limit)
  const shown = `${name} limit of ${String(limits.fields[name])}`
  if (compared !== 0 && !isOvercommitAllowed(name)) {
    resources.invalid('requests', `must be equal to ${shown}`, requests.fields[name])
  } else if (compared > 0) {
    resources.invalid('requests', `must be less than or equal to ${shown}`, requests.fields[name])
  }
}

function validateHugePages(list: Place, name: string): void {
  const quantity = quantityAt(list, name)
  if (!isHugePageResource(name) || quantity === undefined) return
  if (isWholePages(quantity.nano, hugePageSize(name))) return
  const shown = String(list.fields[name])
  list.invalid(`[${name}]`, `${shown} is not positive integer multiple of ${name}`, shown)
}

function isWholePages(nano: bigint, size: string): boolean {
  try {
    const page = parseQuantity(size).nano
    return page > 0n && page % 10n ** 9n === 0n && nano % page === 0n
  } catch {
    return false
  }
}
