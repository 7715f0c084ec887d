import type { KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../auth/user.ts'
import { numberAt, recordAt, textAt } from '../../definitions/fields.ts'
import type { Cluster, Scaled } from './shared/cluster.ts'
import { conditionsOf, withCondition, type StatusCondition } from './shared/conditions.ts'
import type { Stage, Trigger } from './shared/stage.ts'

const resource = 'horizontalpodautoscalers.autoscaling'
const targets = ['deployments.apps', 'replicasets.apps', 'statefulsets.apps']
/** How often a target is looked at again, as by Kubernetes' controller. */
const periodMs = 15_000

const noMetrics =
  'the HPA was unable to compute the replica count: unable to get metrics for resource cpu: ' +
  'unable to fetch metrics from resource metrics API: the server could not find the requested ' +
  'resource (get pods.metrics.k8s.io)'

/**
 * Keeps a target between the least and the most replicas. There are no metrics, which is said as a
 * cluster without them does.
 */
export const horizontalPodAutoscalerStage: Stage = {
  user: controllerUser('horizontal-pod-autoscaler'),
  resource,
  triggers: targets.map(targetTrigger),
  async reconcile(cluster, autoscaler) {
    if (autoscaler.metadata.deletionTimestamp !== undefined) return
    const spec = recordAt(autoscaler, 'spec')
    const reference = recordAt(spec, 'scaleTargetRef')
    const target = {
      apiVersion: textAt(reference, 'apiVersion'),
      kind: textAt(reference, 'kind'),
      namespace: autoscaler.metadata.namespace ?? '',
      name: textAt(reference, 'name'),
    }
    const found = await cluster.scaleOf(target)
    cluster.wakeAfter(autoscaler, periodMs)
    if (found === undefined) {
      await tell(cluster, autoscaler, {}, [
        [
          'AbleToScale',
          'False',
          'FailedGetScale',
          `the HPA controller was unable to get the target's current scale: ${target.kind} "${target.name}" not found`,
        ],
      ])
      return
    }
    const current = found.replicas
    const least = numberAt(spec, 'minReplicas') ?? 1
    const most = numberAt(spec, 'maxReplicas') ?? least
    const wanted = current === 0 ? 0 : Math.min(Math.max(current, least), most)
    if (wanted !== current) {
      await cluster.scale(target, wanted)
      const side = wanted > current ? 'below Spec.MinReplicas' : 'above Spec.MaxReplicas'
      const reason = `Current number of replicas ${side}`
      cluster.tell(autoscaler, 'SuccessfulRescale', `New size: ${wanted}; reason: ${reason}`)
    }
    await tell(
      cluster,
      autoscaler,
      { currentReplicas: current, desiredReplicas: wanted },
      conditionsFor(found, wanted),
    )
  },
}

type Told = readonly [
  type: string,
  status: StatusCondition['status'],
  reason: string,
  message: string,
]

function conditionsFor({ replicas }: Scaled, wanted: number): readonly Told[] {
  if (replicas === 0) {
    return [
      [
        'AbleToScale',
        'True',
        'SucceededGetScale',
        "the HPA controller was able to get the target's current scale",
      ],
      [
        'ScalingActive',
        'False',
        'ScalingDisabled',
        'scaling is disabled since the replica count of the target is zero',
      ],
    ]
  }
  if (wanted !== replicas) {
    return [
      [
        'AbleToScale',
        'True',
        'SucceededRescale',
        `the HPA controller was able to update the target scale to ${wanted}`,
      ],
    ]
  }
  return [
    [
      'AbleToScale',
      'True',
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    ],
    ['ScalingActive', 'False', 'FailedGetResourceMetric', noMetrics],
  ]
}

async function tell(
  cluster: Cluster,
  autoscaler: KubernetesObject,
  counts: object,
  told: readonly Told[],
): Promise<void> {
  let conditions = conditionsOf(autoscaler)
  for (const [type, status, reason, message] of told) {
    conditions = withCondition(conditions, {
      type,
      status,
      reason,
      message,
      lastTransitionTime: cluster.now,
    })
  }
  await cluster.setStatus(resource, autoscaler, {
    ...recordAt(autoscaler, 'status'),
    ...counts,
    conditions,
  })
}

function targetTrigger(target: string): Trigger {
  return {
    resource: target,
    keysOf: ({ object, previous }, cluster) => {
      const replicas = (version: KubernetesObject | undefined): unknown =>
        version && recordAt(version, 'spec')['replicas']
      if (replicas(object) === replicas(previous)) return []
      const namespace = object.metadata.namespace ?? ''
      return cluster
        .list(resource, namespace)
        .filter((autoscaler) => {
          const reference = recordAt(recordAt(autoscaler, 'spec'), 'scaleTargetRef')
          return reference['kind'] === object.kind && reference['name'] === object.metadata.name
        })
        .map(({ metadata }) => ({ namespace, name: metadata.name ?? '' }))
    },
  }
}
