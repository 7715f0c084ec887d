import type { KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../auth/user.ts'
import { numberAt, recordAt } from '../../definitions/fields.ts'
import type { Cluster } from './shared/cluster.ts'
import { conditionsOf, withCondition } from './shared/conditions.ts'
import { scaledValue } from './shared/int-or-percent.ts'
import { controllerOf } from './shared/owned-objects.ts'
import { isActive, isReady } from './shared/pod-state.ts'
import { selectorOrAll } from './shared/selector-of.ts'
import type { Stage } from './shared/stage.ts'

const resource = 'poddisruptionbudgets.policy'

/** What has a number of replicas, by the kind of a pod's controller. */
const scaled: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
  StatefulSet: 'statefulsets.apps',
}

/** Counts how many pods of a budget may be disrupted. As trySync in Kubernetes' controller. */
export const podDisruptionBudgetStage: Stage = {
  user: controllerUser('disruption-controller'),
  resource,
  triggers: [
    {
      resource: 'pods',
      keysOf: ({ object, previous }, cluster) => {
        const namespace = object.metadata.namespace ?? ''
        const labels = [object, ...(previous === undefined ? [] : [previous])].map(
          ({ metadata }) => metadata.labels ?? {},
        )
        return cluster
          .list(resource, namespace)
          .filter((budget) => labels.some((each) => selectorOrAll(budget)?.matches(each) === true))
          .map(({ metadata }) => ({ namespace, name: metadata.name ?? '' }))
      },
    },
  ],
  async reconcile(cluster, budget) {
    if (budget.metadata.deletionTimestamp !== undefined) return
    const selector = selectorOrAll(budget)
    const pods = cluster
      .list('pods', budget.metadata.namespace ?? '')
      .filter((pod) => selector?.matches(pod.metadata.labels ?? {}) === true && isActive(pod))
    const { expected, desired } = expectation(cluster, budget, pods)
    const healthy = pods.filter(isReady).length
    const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired)
    const isAllowed = allowed > 0
    await cluster.setStatus(resource, budget, {
      ...recordAt(budget, 'status'),
      observedGeneration: budget.metadata.generation ?? 0,
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: withCondition(conditionsOf(budget), {
        type: 'DisruptionAllowed',
        status: isAllowed ? 'True' : 'False',
        reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        observedGeneration: budget.metadata.generation ?? 0,
        lastTransitionTime: cluster.now,
      }),
    })
  },
}

/** How many pods there should be, and how many of them healthy. */
function expectation(
  cluster: Cluster,
  budget: KubernetesObject,
  pods: readonly KubernetesObject[],
): { readonly expected: number; readonly desired: number } {
  const { minAvailable, maxUnavailable } = recordAt(budget, 'spec')
  if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable }
  const expected = expectedPods(cluster, pods)
  const desired =
    maxUnavailable === undefined
      ? scaledValue(minAvailable, expected, 'up')
      : expected - scaledValue(maxUnavailable, expected, 'up')
  return { expected, desired: Math.max(0, desired) }
}

/** What the controllers of the pods want, in all; a pod without one counts for itself. */
function expectedPods(cluster: Cluster, pods: readonly KubernetesObject[]): number {
  const wanted = new Map<string, number>()
  for (const pod of pods) {
    const owner = controllerOf(pod)
    const kind = owner === undefined ? undefined : scaled[owner.kind]
    const found =
      owner === undefined || kind === undefined
        ? undefined
        : cluster.get(kind, pod.metadata.namespace ?? '', owner.name)
    const replicas = found === undefined ? 1 : (numberAt(recordAt(found, 'spec'), 'replicas') ?? 0)
    wanted.set(found === undefined ? (pod.metadata.uid ?? '') : (owner?.uid ?? ''), replicas)
  }
  return [...wanted.values()].reduce((total, each) => total + each, 0)
}
