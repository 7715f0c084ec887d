import type { Logger } from '@fairlead/base'

import type { ResourceContext } from '../../resources/resource-context.ts'
import { cronJobStage } from './cron-job/cron-job.ts'
import { daemonSetStage } from './daemon-set/daemon-set.ts'
import { deploymentStage } from './deployment/deployment.ts'
import { endpointSliceStage } from './endpoint-slice.ts'
import { endpointsStage } from './endpoints.ts'
import { horizontalPodAutoscalerStage } from './horizontal-pod-autoscaler.ts'
import { jobStage } from './job/job.ts'
import { loadBalancerStage } from './load-balancer.ts'
import { nodeStage } from './node.ts'
import { persistentVolumeClaimStage } from './persistent-volume-claim.ts'
import { persistentVolumeStage } from './persistent-volume.ts'
import { podDisruptionBudgetStage } from './pod-disruption-budget.ts'
import { podStage } from './pod/pod.ts'
import { replicaSetStage } from './replica-set.ts'
import { replicationControllerStage } from './replication-controller.ts'
import { schedulerStage } from './scheduler.ts'
import { OwnedObjects } from './shared/owned-objects.ts'
import type { StagePace } from './shared/pace.ts'
import { statefulSetStage } from './stateful-set/stateful-set.ts'
import { taintEvictionStage } from './taint-eviction.ts'
import type { Stage } from './shared/stage.ts'
import { StageRunner } from './shared/stage-runner.ts'

/** What is looked up by its owner. */
const ownedResources = [
  'pods',
  'replicasets.apps',
  'controllerrevisions.apps',
  'jobs.batch',
  'endpointslices.discovery.k8s.io',
]

/**
 * Carries workloads to their steady state with real objects, as the controllers, the scheduler and
 * the kubelets of a cluster would, but without running anything.
 */
export class Stages {
  readonly #owned: OwnedObjects
  readonly #runners: readonly StageRunner[]

  constructor(context: ResourceContext, pace: StagePace, logger: Logger) {
    this.#owned = new OwnedObjects(context.storage, ownedResources)
    const nextSuffix = eventSuffixes()
    this.#runners = allStages(pace).map(
      (stage) => new StageRunner(context, this.#owned, stage, { logger, nextSuffix }),
    )
  }

  stop(): void {
    for (const runner of this.#runners) runner.stop()
    this.#owned.stop()
  }
}

/** Nanoseconds as in client-go, of which those below the clock's count the events. */
function eventSuffixes(): (nowMs: number) => string {
  let last = 0n
  return (nowMs) => {
    const nanoseconds = BigInt(Math.trunc(nowMs)) * 1_000_000n
    last = nanoseconds > last ? nanoseconds : last + 1n
    return last.toString(16)
  }
}

function allStages(pace: StagePace): readonly Stage[] {
  return [
    nodeStage,
    schedulerStage,
    taintEvictionStage(),
    podStage(pace),
    replicaSetStage,
    replicationControllerStage,
    deploymentStage,
    statefulSetStage,
    daemonSetStage,
    jobStage,
    cronJobStage,
    endpointSliceStage,
    endpointsStage,
    loadBalancerStage,
    persistentVolumeStage,
    persistentVolumeClaimStage,
    horizontalPodAutoscalerStage,
    podDisruptionBudgetStage,
  ]
}
