import { formatQuantity } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import { recordAt } from '../definitions/fields.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import { excess, masked, resourceList, sum, type Amounts } from '../quota/amounts.ts'
import { isInScopes, quotaEvaluator, type QuotaEvaluator } from '../quota/evaluator.ts'
import { parseQuota, type Quota } from '../quota/quota.ts'

const resource = 'resourcequotas'

/**
 * Refuses what would use more than ResourceQuotas allow, and notes in their status what is used from
 * now on, so that requests at the same time cannot use it, too. As Kubernetes' plugin; it enforces
 * what a controller has counted, so a quota of which the status is empty limits nothing yet.
 */
export function resourceQuota({
  storage,
  clock,
}: Pick<ResourceContext, 'storage' | 'clock'>): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    validate: (request) => {
      const { namespace, definition, object, name } = request
      if (namespace === '' || request.subresource !== undefined || object === undefined) return
      if (storage.isEmpty({ resource, namespace })) return
      const evaluator = quotaEvaluator(definition)
      if (evaluator === undefined || !isCounted(request, evaluator)) return
      const key = { resource: definition.storageResource, namespace, name }
      // What exists already will be refused, and nothing used by it.
      if (request.operation === 'CREATE' && storage.get(key) !== undefined) return
      const delta = usageDelta(request, evaluator, clock.now())
      const stored = storage.list({ resource, namespace }).objects
      const charged = stored.flatMap((each) => {
        const quota = parseQuota(each)
        const used = chargedUsage(request, evaluator, quota, delta)
        return used === undefined ? [] : [{ stored: each, used }]
      })
      if (request.dryRun) return
      for (const { stored: each, used } of charged) {
        const { name: quotaName = '', resourceVersion = '' } = each.metadata
        const status = { ...recordAt(each, 'status'), used: resourceList(used) }
        storage.update(
          { resource, namespace, name: quotaName },
          { ...each, status },
          resourceVersion,
        )
      }
    },
  }
}

function isCounted({ operation }: AdmissionRequest, { countsUpdates }: QuotaEvaluator): boolean {
  return operation === 'CREATE' || (operation === 'UPDATE' && countsUpdates)
}

/** What the request will use more than is used now. */
function usageDelta(
  { object, oldObject }: AdmissionRequest,
  evaluator: QuotaEvaluator,
  nowMs: number,
): Amounts {
  const usage = object === undefined ? new Map() : evaluator.usage(object, nowMs)
  if (oldObject === undefined) return usage
  return excess(usage, evaluator.usage(oldObject, nowMs))
}

/** What a quota's usage becomes; undefined when it stays. @throws StatusError 403 */
function chargedUsage(
  request: AdmissionRequest,
  evaluator: QuotaEvaluator,
  quota: Quota,
  delta: Amounts,
): Amounts | undefined {
  const { object } = request
  const { name, enforced, used } = quota
  const covered = [...enforced.keys()].filter((each) => evaluator.covers(each))
  if (object === undefined || covered.length === 0) return undefined
  if (!isInScopes(evaluator, object, quota)) return undefined
  const problem = evaluator.problem(object, covered)
  if (problem !== undefined) throw forbidden(request, `failed quota: ${name}: ${problem}`)
  if (covered.some((each) => !used.has(each))) {
    const resources = covered.toSorted().join(',')
    throw forbidden(request, `status unknown for quota: ${name}, resources: ${resources}`)
  }
  const requested = new Map(
    [...masked(delta, enforced.keys())].filter(([, { nano }]) => nano !== 0n),
  )
  if (requested.size === 0) return undefined
  const total = sum(used, requested)
  const exceeded = [...requested.keys()].filter((each) => {
    return (total.get(each)?.nano ?? 0n) > (enforced.get(each)?.nano ?? 0n)
  })
  if (exceeded.length === 0) return total
  const [asked, before, limited] = [requested, used, enforced].map((each) => {
    return shownAmounts(masked(each, exceeded))
  })
  throw forbidden(
    request,
    `exceeded quota: ${name}, requested: ${asked ?? ''}, used: ${before ?? ''}, limited: ${limited ?? ''}`,
  )
}

function shownAmounts(amounts: Amounts): string {
  return [...amounts]
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .toSorted()
    .join(',')
}
