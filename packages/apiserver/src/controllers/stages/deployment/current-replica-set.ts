import { deepEqual, isAlreadyExists, StatusError, type KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt, textMapAt } from '../../../definitions/fields.ts'
import type { Cluster } from '../shared/cluster.ts'
import { conditionOf, conditionsOf, withCondition } from '../shared/conditions.ts'
import { controllerReference } from '../shared/controller-reference.ts'
import { controllerOf } from '../shared/owned-objects.ts'
import { templateHash } from '../shared/template-hash.ts'
import {
  countOf,
  deployments,
  hashLabel,
  hasTemplateOf,
  progressDeadline,
  replicaSets,
  type Generations,
} from './deployment-view.ts'
import { tellScaling } from './scale-replica-set.ts'
import { newReplicas } from './new-replicas.ts'
import {
  replicaAnnotations,
  revisionAnnotation,
  revisionAnnotations,
  revisionOf,
} from './revisions.ts'

interface Current {
  /** As it is after its revision and its conditions have been written. */
  readonly deployment: KubernetesObject
  readonly current: KubernetesObject | undefined
}

/**
 * The ReplicaSet of the deployment's template, with the newest revision; made when there is none yet
 * and `create` is set. As getNewReplicaSet in Kubernetes.
 */
export async function currentReplicaSet(
  cluster: Cluster,
  deployment: KubernetesObject,
  generations: Generations,
  create: boolean,
): Promise<Current> {
  const revision = Math.max(0, ...generations.old.map(revisionOf)) + 1
  const { current } = generations
  if (current === undefined && !create) return { deployment, current }
  const kept =
    current === undefined
      ? await makeReplicaSet(cluster, deployment, generations, revision)
      : await keepUp(cluster, deployment, current, revision)
  if (kept === undefined) return { deployment, current: undefined }
  const isNew = current === undefined
  return { deployment: await note(cluster, deployment, kept, isNew), current: kept }
}

async function keepUp(
  cluster: Cluster,
  deployment: KubernetesObject,
  current: KubernetesObject,
  revision: number,
): Promise<KubernetesObject> {
  const before = current.metadata.annotations ?? {}
  const annotations = revisionAnnotations(deployment, before, revision)
  const minReadySeconds = numberAt(recordAt(deployment, 'spec'), 'minReadySeconds') ?? 0
  const isSame = (numberAt(recordAt(current, 'spec'), 'minReadySeconds') ?? 0) === minReadySeconds
  if (isSame && deepEqual(annotations, before)) return current
  return cluster.change(replicaSets, current, (found) => {
    const { minReadySeconds: _, ...spec } = recordAt(found, 'spec')
    return {
      ...found,
      metadata: { ...found.metadata, annotations },
      spec: minReadySeconds === 0 ? spec : { ...spec, minReadySeconds },
    }
  })
}

async function makeReplicaSet(
  cluster: Cluster,
  deployment: KubernetesObject,
  generations: Generations,
  revision: number,
): Promise<KubernetesObject | undefined> {
  const { name = '', namespace = '' } = deployment.metadata
  const spec = recordAt(deployment, 'spec')
  const template = recordAt(spec, 'template')
  const hash = templateHash(template, countOf(deployment, 'collisionCount'))
  const metadata = recordAt(template, 'metadata')
  const labels = { ...textMapAt(metadata, 'labels'), [hashLabel]: hash }
  const selector = recordAt(spec, 'selector')
  const matchLabels = { ...textMapAt(selector, 'matchLabels'), [hashLabel]: hash }
  const wanted = {
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...revisionAnnotations(deployment, {}, revision),
        ...replicaAnnotations(deployment),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newReplicas(deployment, generations),
      minReadySeconds: numberAt(spec, 'minReadySeconds') ?? 0,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  }
  try {
    const made = await cluster.create(replicaSets, wanted)
    tellScaling(cluster, deployment, made, 0)
    return made
  } catch (error) {
    if (!isAlreadyExists(error)) {
      if (error instanceof StatusError) {
        const message = `Failed to create new replica set "${wanted.metadata.name}": ${error.message}`
        cluster.warnOf(deployment, 'ReplicaSetCreateError', message)
      }
      throw error
    }
    await settleCollision(cluster, deployment, wanted.metadata.name)
    return undefined
  }
}

/** Another ReplicaSet has the name: the next one is named differently. */
async function settleCollision(
  cluster: Cluster,
  deployment: KubernetesObject,
  name: string,
): Promise<void> {
  const { namespace = '', uid } = deployment.metadata
  const existing = cluster.get(replicaSets, namespace, name)
  const isOwn = existing !== undefined && controllerOf(existing)?.uid === uid
  if (existing !== undefined && isOwn && hasTemplateOf(existing, deployment)) return
  await cluster.setStatus(deployments, deployment, {
    ...recordAt(deployment, 'status'),
    collisionCount: countOf(deployment, 'collisionCount') + 1,
  })
}

/** Writes the revision, and that there is a ReplicaSet, to the deployment. */
async function note(
  cluster: Cluster,
  deployment: KubernetesObject,
  current: KubernetesObject,
  isNew: boolean,
): Promise<KubernetesObject> {
  const { resourceVersion = '', annotations = {} } = deployment.metadata
  const revision = current.metadata.annotations?.[revisionAnnotation] ?? ''
  const before = conditionsOf(deployment)
  const isTold = !isNew && conditionOf(before, 'Progressing') !== undefined
  const name = current.metadata.name ?? ''
  const conditions =
    isTold || progressDeadline(deployment) === undefined
      ? before
      : withCondition(before, {
          type: 'Progressing',
          status: 'True',
          reason: isNew ? 'NewReplicaSetCreated' : 'FoundNewReplicaSet',
          message: isNew ? `Created new replica set "${name}"` : `Found new replica set "${name}"`,
          lastUpdateTime: cluster.now,
          lastTransitionTime: cluster.now,
        })
  if (annotations[revisionAnnotation] === revision && conditions === before) return deployment
  return cluster.changeStatus(deployments, deployment, (found) => ({
    ...found,
    metadata: {
      ...found.metadata,
      resourceVersion,
      annotations: { ...annotations, [revisionAnnotation]: revision },
    },
    status: { ...recordAt(found, 'status'), conditions },
  }))
}
