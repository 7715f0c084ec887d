import { formatQuantity, type Quantity } from '@fairlead/kube-core'

import type { Amounts } from '../quota/amounts.ts'

/** One limit of a LimitRange for one resource, and what an object says. */
interface Constraint {
  /** `Container`, `Pod` or `PersistentVolumeClaim`. */
  readonly type: string
  readonly resource: string
  readonly enforced: Quantity
  readonly requests: Amounts
  readonly limits: Amounts
}

/** What is too little, worded as by Kubernetes' LimitRanger; undefined when nothing is. */
export function belowMinimum(constraint: Constraint): string | undefined {
  const { request, limit, enforced, says } = observed(constraint)
  const minimum = says('minimum')
  if (request === undefined) return `${minimum}.  No request is specified`
  if (request.nano < enforced.nano) return `${minimum}, but request is ${formatQuantity(request)}`
  if (limit !== undefined && limit.nano < enforced.nano) {
    return `${minimum}, but limit is ${formatQuantity(limit)}`
  }
  return undefined
}

/** What is too much. A claim has no limits: its request counts. */
export function aboveMaximum(constraint: Constraint): string | undefined {
  const { request, limit, enforced, says } = observed(constraint)
  const maximum = says('maximum')
  if (constraint.type !== 'PersistentVolumeClaim') {
    if (limit === undefined) return `${maximum}.  No limit is specified`
    if (limit.nano > enforced.nano) return `${maximum}, but limit is ${formatQuantity(limit)}`
  } else if (request === undefined) return `${maximum}.  No request is specified`
  if (request !== undefined && request.nano > enforced.nano) {
    return `${maximum}, but request is ${formatQuantity(request)}`
  }
  return undefined
}

/** Whether the limit is too many times the request. */
export function aboveRatio(constraint: Constraint): string | undefined {
  const { request, limit, enforced } = observed(constraint)
  const { type, resource } = constraint
  const ratio = `${resource} max limit to request ratio per ${type} is ${formatQuantity(enforced)}`
  if (request === undefined || request.nano === 0n) {
    return `${ratio}, but no request is specified or request is 0`
  }
  if (limit === undefined || limit.nano === 0n) {
    return `${ratio}, but no limit is specified or limit is 0`
  }
  const provided = limit.value / request.value
  if (provided <= enforced.value) return undefined
  return `${ratio}, but provided ratio is ${provided.toFixed(6)}`
}

function observed({ type, resource, enforced, requests, limits }: Constraint) {
  return {
    request: requests.get(resource),
    limit: limits.get(resource),
    enforced,
    says: (bound: string) =>
      `${bound} ${resource} usage per ${type} is ${formatQuantity(enforced)}`,
  }
}
