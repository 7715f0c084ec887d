import type { KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../../auth/user.ts'
import { numberAt, recordAt, recordsAt, textAt, type Fields } from '../../../definitions/fields.ts'
import { claimOwned } from '../shared/claim-owned.ts'
import type { Cluster } from '../shared/cluster.ts'
import { createPodOf, deletePodOf } from '../shared/controlled-pods.ts'
import { controllerReference } from '../shared/controller-reference.ts'
import {
  controllerRevisions,
  currentRevision,
  forgetRevisions,
  revisionLabel,
} from '../shared/controller-revisions.ts'
import { scaledValue } from '../shared/int-or-percent.ts'
import { fitsOnceReady } from '../shared/node-fit.ts'
import { keyOf } from '../shared/object-key.ts'
import { ownerTrigger } from '../shared/owner-trigger.ts'
import { availableInMs, isFinished, isReady, podFromTemplate } from '../shared/pod-state.ts'
import { selectorOf } from '../shared/selector-of.ts'
import type { Stage } from '../shared/stage.ts'

const resource = 'daemonsets.apps'

/** What the pods of a DaemonSet tolerate. As AddOrUpdateDaemonPodTolerations in Kubernetes. */
const tolerations = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]

/** Keeps a pod on every node that a DaemonSet's pods may be on. */
export const daemonSetStage: Stage = {
  user: controllerUser('daemon-set-controller'),
  eventSource: { component: 'daemonset-controller' },
  resource,
  triggers: [
    ownerTrigger('pods', { kind: 'DaemonSet', resource }),
    ownerTrigger(controllerRevisions, { kind: 'DaemonSet', resource }),
    { resource: 'nodes', keysOf: (_change, cluster) => cluster.list(resource).map(keyOf) },
  ],
  async reconcile(cluster, set) {
    const selector = selectorOf(set)
    if (selector === undefined) return
    await claimOwned(cluster, set, 'pods', selector)
    if (set.metadata.deletionTimestamp !== undefined) return
    const revision = await currentRevision(cluster, set)
    const hash = revision.metadata.labels?.['controller.kubernetes.io/hash'] ?? ''
    const nodes = nodesFor(cluster, set)
    await place(cluster, set, nodes, hash)
    await replaceOld(cluster, set, nodes, hash)
    await writeStatus(cluster, set, nodes, hash)
    await forgetRevisions(cluster, set, new Set([revision.metadata.name ?? '']))
  },
}

type Pods = readonly KubernetesObject[]

/** The node that a pod is on, or is for. */
function nodeOf(pod: KubernetesObject): string {
  const spec = recordAt(pod, 'spec')
  const affinity = recordAt(recordAt(spec, 'affinity'), 'nodeAffinity')
  const required = recordAt(affinity, 'requiredDuringSchedulingIgnoredDuringExecution')
  const [term = {}] = recordsAt(required, 'nodeSelectorTerms')
  const [field = {}] = recordsAt(term, 'matchFields')
  const [wanted] = Array.isArray(field['values']) ? (field['values'] as unknown[]) : []
  return textAt(spec, 'nodeName') || (typeof wanted === 'string' ? wanted : '')
}

function podSpecOf(set: KubernetesObject): Fields {
  const spec = recordAt(recordAt(recordAt(set, 'spec'), 'template'), 'spec')
  return { ...spec, tolerations: [...recordsAt(spec, 'tolerations'), ...tolerations] }
}

function nodesFor(cluster: Cluster, set: KubernetesObject): ReadonlySet<string> {
  const spec = podSpecOf(set)
  const nodes = cluster.list('nodes').filter((node) => fitsOnceReady(spec, node))
  return new Set(nodes.map(({ metadata }) => metadata.name ?? ''))
}

async function place(
  cluster: Cluster,
  set: KubernetesObject,
  nodes: ReadonlySet<string>,
  hash: string,
): Promise<void> {
  const occupied = new Set<string>()
  for (const pod of cluster.ownedBy('pods', set)) {
    const node = nodeOf(pod)
    const isGoing = pod.metadata.deletionTimestamp !== undefined
    if (isGoing) {
      occupied.add(node)
    } else if (!nodes.has(node) || occupied.has(node) || isFinished(pod)) {
      await deletePodOf(cluster, set, pod)
      occupied.add(node)
    } else {
      occupied.add(node)
    }
  }
  for (const node of nodes) {
    if (!occupied.has(node)) await createPodOf(cluster, set, daemonPod(set, node, hash))
  }
}

function daemonPod(
  set: KubernetesObject,
  node: string,
  hash: string,
): ReturnType<typeof podFromTemplate> {
  const { name = '', namespace = '', generation = 1 } = set.metadata
  const template = recordAt(recordAt(set, 'spec'), 'template')
  const pod = podFromTemplate(template, controllerReference(set), {
    generateName: `${name}-`,
    namespace,
    labels: { [revisionLabel]: hash, 'pod-template-generation': String(generation) },
  })
  const spec = podSpecOf(set)
  const affinity = recordAt(spec, 'affinity')
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }]
  const required = { nodeSelectorTerms: [{ matchFields }] }
  const nodeAffinity = {
    ...recordAt(affinity, 'nodeAffinity'),
    requiredDuringSchedulingIgnoredDuringExecution: required,
  }
  return { ...pod, spec: { ...spec, affinity: { ...affinity, nodeAffinity } } }
}

/** As many old pods as may be missing go. As rollingUpdate in Kubernetes' controller. */
async function replaceOld(
  cluster: Cluster,
  set: KubernetesObject,
  nodes: ReadonlySet<string>,
  hash: string,
): Promise<void> {
  const strategy = recordAt(recordAt(set, 'spec'), 'updateStrategy')
  if (strategy['type'] === 'OnDelete') return
  const { maxUnavailable = 1 } = recordAt(strategy, 'rollingUpdate')
  const pods = cluster.ownedBy('pods', set)
  const available = pods.filter((pod) => isAvailable(cluster, set, pod))
  // Where more may be there than nodes, one may be missing: a node has one pod of a set here.
  const most = Math.max(1, scaledValue(maxUnavailable, nodes.size, 'up'))
  let spare = most - (nodes.size - available.length)
  const old = pods.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined && metadata.labels?.[revisionLabel] !== hash,
  )
  for (const pod of old) {
    const counts = isAvailable(cluster, set, pod)
    if (counts && spare <= 0) continue
    await deletePodOf(cluster, set, pod)
    if (counts) spare -= 1
  }
}

function isAvailable(cluster: Cluster, set: KubernetesObject, pod: KubernetesObject): boolean {
  const seconds = numberAt(recordAt(set, 'spec'), 'minReadySeconds') ?? 0
  if (pod.metadata.deletionTimestamp !== undefined) return false
  return availableInMs(pod, seconds, cluster.clock.now()) === 0
}

async function writeStatus(
  cluster: Cluster,
  set: KubernetesObject,
  nodes: ReadonlySet<string>,
  hash: string,
): Promise<void> {
  const pods: Pods = cluster
    .ownedBy('pods', set)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const placed = pods.filter((pod) => nodes.has(nodeOf(pod)))
  const available = placed.filter((pod) => isAvailable(cluster, set, pod)).length
  const seconds = numberAt(recordAt(set, 'spec'), 'minReadySeconds') ?? 0
  const waits = placed.map((pod) => availableInMs(pod, seconds, cluster.clock.now()) ?? 0)
  const soonest = Math.min(...waits.filter((wait) => wait > 0))
  if (Number.isFinite(soonest)) cluster.wakeAfter(set, soonest)
  await cluster.setStatus(resource, set, {
    ...recordAt(set, 'status'),
    observedGeneration: set.metadata.generation ?? 0,
    desiredNumberScheduled: nodes.size,
    currentNumberScheduled: placed.length,
    numberMisscheduled: pods.length - placed.length,
    numberReady: placed.filter(isReady).length,
    numberAvailable: available,
    numberUnavailable: nodes.size - available,
    updatedNumberScheduled: placed.filter(
      ({ metadata }) => metadata.labels?.[revisionLabel] === hash,
    ).length,
  })
}
