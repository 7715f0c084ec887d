import { objectOrEmpty } from '@fairlead/base'
import {
  copyJson,
  errors,
  labelSelectorFrom,
  StatusError,
  timestamp,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { AdmissionChain } from '../admission/admission-chain.ts'
import { numberAt, recordAt, recordsAt, type Fields } from '../definitions/fields.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { mutated, subresourceCreation } from '../resources/admit.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { parseDeleteOptions, type DeleteOptions } from '../resources/delete-options.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import { storageKeyOf, type ObjectTarget } from '../resources/resource-target.ts'
import { decodeBody } from './decode-body.ts'
import { optionsOfWrite } from './options-of-write.ts'

const evictionKind = { group: 'policy', version: 'v1', kind: 'Eviction' } as const
const budgets = 'poddisruptionbudgets.policy'
const disruptedPodsMax = 2000
const violates = "Cannot evict pod as it would violate the pod's disruption budget."

/**
 * `POST …/pods/x/eviction`: deletes a pod unless its disruption budget needs it. As EvictionREST in
 * Kubernetes' pod storage.
 */
export async function evictPod(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const body = objectOrEmpty(decodeBody(request.body, request.contentType, evictionKind))
  const own = optionsOfWrite(request)
  const intended = subresourceCreation(context, target, evictionKind, own)
  const eviction = await mutated(context, intended, body as unknown as KubernetesObject)
  if (objectOrEmpty(eviction.metadata)['name'] !== target.name) {
    throw errors.badRequest('name in URL does not match name in Eviction object')
  }
  const given = parseDeleteOptions(objectOrEmpty(eviction['deleteOptions']), request.query)
  const options = { ...given, dryRun: given.dryRun || own.dryRun }
  const key = storageKeyOf(target)
  if (context.storage.get(key) === undefined) throw errors.notFound('pods', target.name)
  await context.admission.validate({ ...intended, object: eviction })
  const pod = context.storage.get(key)
  if (pod === undefined) throw errors.notFound('pods', target.name)
  if (!isEnding(pod)) spend(context, pod, options)
  await remove(context, target, options)
  return jsonResponse(201, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  })
}

/** A pod that does not run is not missed. */
function isEnding(pod: KubernetesObject): boolean {
  const phase = recordAt(pod, 'status')['phase']
  return (
    phase === 'Succeeded' ||
    phase === 'Failed' ||
    phase === 'Pending' ||
    pod.metadata.deletionTimestamp !== undefined
  )
}

/** Takes one of the disruptions that the pod's budget allows. @throws StatusError 429 when there is none */
function spend(context: WriteContext, pod: KubernetesObject, { dryRun }: DeleteOptions): void {
  const { name = '', namespace = '' } = pod.metadata
  const { objects } = context.storage.list({ resource: budgets, namespace })
  const [budget, ...others] = objects.filter((each) => selects(each, pod))
  if (budget === undefined) return
  if (others.length > 0) {
    // The real server answers 500.
    throw errors.unprocessable(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  }
  const status = recordAt(budget, 'status')
  if (!isReady(pod) && mayLoseUnhealthy(budget, status)) return
  checkAllowance(budget, status)
  if (dryRun) return
  const next = copyJson(budget)
  next['status'] = {
    ...status,
    disruptionsAllowed: (numberAt(status, 'disruptionsAllowed') ?? 0) - 1,
    disruptedPods: {
      ...recordAt(status, 'disruptedPods'),
      [name]: timestamp(context.clock.now()),
    },
  }
  const key = { resource: budgets, namespace, name: budget.metadata.name ?? '' }
  context.storage.update(key, next, budget.metadata.resourceVersion ?? '')
}

function selects(budget: KubernetesObject, pod: KubernetesObject): boolean {
  const selector = recordAt(budget, 'spec')['selector']
  if (selector === undefined || selector === null) return false
  try {
    return labelSelectorFrom(selector).matches(pod.metadata.labels)
  } catch (error) {
    if (error instanceof StatusError) return false
    throw error
  }
}

function isReady(pod: KubernetesObject): boolean {
  return recordsAt(recordAt(pod, 'status'), 'conditions').some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  )
}

function mayLoseUnhealthy(budget: KubernetesObject, status: Fields): boolean {
  if (recordAt(budget, 'spec')['unhealthyPodEvictionPolicy'] === 'AlwaysAllow') return true
  const desired = numberAt(status, 'desiredHealthy') ?? 0
  return desired > 0 && (numberAt(status, 'currentHealthy') ?? 0) >= desired
}

function checkAllowance(budget: KubernetesObject, status: Fields): void {
  const { name = '', generation = 0 } = budget.metadata
  const allowed = numberAt(status, 'disruptionsAllowed') ?? 0
  if ((numberAt(status, 'observedGeneration') ?? 0) < generation) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10)
  }
  if (allowed < 0) {
    const why = 'pdb disruptions allowed is negative'
    throw errors.forbidden('poddisruptionbudget.policy', name, why)
  }
  if (Object.keys(recordAt(status, 'disruptedPods')).length > disruptedPodsMax) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller'
    throw errors.forbidden('poddisruptionbudget.policy', name, why)
  }
  if (allowed > 0) return
  const desired = numberAt(status, 'desiredHealthy') ?? 0
  const current = numberAt(status, 'currentHealthy') ?? 0
  throw tooMany(
    `The disruption budget ${name} needs ${desired} healthy pods and has ${current} currently`,
    0,
  )
}

function tooMany(cause: string, retryAfterSeconds: number): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: violates,
    reason: 'TooManyRequests',
    details: {
      causes: [{ reason: 'DisruptionBudget', message: cause }],
      ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    },
    code: 429,
  })
}

/** Says in the pod's status why it ends, and deletes it. */
async function remove(
  context: WriteContext,
  target: ObjectTarget,
  options: DeleteOptions,
): Promise<void> {
  const key = storageKeyOf(target)
  const stored = context.storage.get(key)
  if (stored === undefined) throw errors.notFound('pods', target.name)
  const { uid, resourceVersion } = options.preconditions
  let { preconditions } = options
  const isWanted =
    (uid === undefined || uid === stored.metadata.uid) &&
    (resourceVersion === undefined || resourceVersion === stored.metadata.resourceVersion)
  if (!options.dryRun && isWanted) {
    const pod = withCondition(stored, timestamp(context.clock.now()))
    const written = context.storage.update(key, pod, stored.metadata.resourceVersion ?? '')
    const version = written.metadata.resourceVersion ?? ''
    if (resourceVersion !== undefined)
      preconditions = { ...preconditions, resourceVersion: version }
  }
  // Admission was asked about the eviction, and is not about the deletion.
  const unasked = { ...context, admission: new AdmissionChain([]) }
  await deleteObject(unasked, target, { ...options, preconditions })
}

function withCondition(stored: KubernetesObject, now: string): KubernetesObject {
  const status = recordAt(stored, 'status')
  const others = recordsAt(status, 'conditions').filter(({ type }) => type !== 'DisruptionTarget')
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: now,
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  }
  return { ...stored, status: { ...status, conditions: [...others, condition] } }
}
