import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../../definitions/fields.ts'
import type { Cluster, NewObject } from '../shared/cluster.ts'
import { controllerReference } from '../shared/controller-reference.ts'
import { revisionLabel, templateOf } from '../shared/controller-revisions.ts'
import { podFromTemplate } from '../shared/pod-state.ts'

const claims = 'persistentvolumeclaims'

export function podName(set: KubernetesObject, ordinal: number): string {
  return `${set.metadata.name ?? ''}-${ordinal}`
}

/** The ordinal in a pod's name; undefined for a pod that is not named so. */
export function ordinalOf(set: KubernetesObject, pod: KubernetesObject): number | undefined {
  const prefix = `${set.metadata.name ?? ''}-`
  const name = pod.metadata.name ?? ''
  const text = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  return /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : undefined
}

/** The pod of an ordinal, as a revision has it. As newStatefulSetPod in Kubernetes. */
export function statefulPod(
  set: KubernetesObject,
  revision: KubernetesObject,
  ordinal: number,
): NewObject {
  const name = podName(set, ordinal)
  const pod = podFromTemplate(templateOf(revision), controllerReference(set), {
    name,
    namespace: set.metadata.namespace ?? '',
    labels: {
      'apps.kubernetes.io/pod-index': String(ordinal),
      'statefulset.kubernetes.io/pod-name': name,
      [revisionLabel]: revision.metadata.name ?? '',
    },
  })
  const spec = recordAt(pod, 'spec')
  const templates = claimTemplates(set)
  const names = templates.map((template) => template['name'])
  const volumes = [
    ...recordsAt(spec, 'volumes').filter((volume) => !names.includes(volume['name'])),
    ...names.map((each) => ({
      name: each,
      persistentVolumeClaim: { claimName: claimName(set, String(each), ordinal) },
    })),
  ]
  return {
    ...pod,
    spec: {
      ...spec,
      hostname: name,
      subdomain: textAt(recordAt(set, 'spec'), 'serviceName'),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  }
}

/** Makes the claims of an ordinal that are not there. */
export async function ensureClaims(
  cluster: Cluster,
  set: KubernetesObject,
  ordinal: number,
): Promise<void> {
  const namespace = set.metadata.namespace ?? ''
  const spec = recordAt(set, 'spec')
  const goes = recordAt(spec, 'persistentVolumeClaimRetentionPolicy')['whenDeleted'] === 'Delete'
  const matchLabels = recordAt(recordAt(spec, 'selector'), 'matchLabels') as Record<string, string>
  for (const template of recordsAt(spec, 'volumeClaimTemplates')) {
    const metadata = recordAt(template, 'metadata')
    const name = claimName(set, textAt(metadata, 'name'), ordinal)
    if (cluster.get(claims, namespace, name) !== undefined) continue
    await cluster.create(claims, {
      metadata: {
        name,
        namespace,
        labels: { ...recordAt(metadata, 'labels'), ...matchLabels } as Record<string, string>,
        annotations: recordAt(metadata, 'annotations') as Record<string, string>,
        ...(goes ? { ownerReferences: [controllerReference(set)] } : {}),
      },
      spec: template['spec'],
    })
    const message = `create Claim ${name} Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name} success`
    cluster.tell(set, 'SuccessfulCreate', message)
  }
}

/** Deletes the claims of an ordinal that is no longer wanted, where the policy says so. */
export async function dropClaims(
  cluster: Cluster,
  set: KubernetesObject,
  ordinal: number,
): Promise<void> {
  const policy = recordAt(recordAt(set, 'spec'), 'persistentVolumeClaimRetentionPolicy')
  if (policy['whenScaled'] !== 'Delete') return
  for (const template of claimTemplates(set)) {
    const name = claimName(set, textAt(template, 'name'), ordinal)
    const claim = cluster.get(claims, set.metadata.namespace ?? '', name)
    if (claim !== undefined) await cluster.delete(claims, claim)
  }
}

function claimTemplates(set: KubernetesObject): readonly Fields[] {
  return recordsAt(recordAt(set, 'spec'), 'volumeClaimTemplates').map((template) =>
    recordAt(template, 'metadata'),
  )
}

function claimName(set: KubernetesObject, template: string, ordinal: number): string {
  return `${template}-${podName(set, ordinal)}`
}
