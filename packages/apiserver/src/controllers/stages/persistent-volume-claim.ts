import type { KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../auth/user.ts'
import { recordAt, textAt } from '../../definitions/fields.ts'
import type { Cluster } from './shared/cluster.ts'
import type { Stage } from './shared/stage.ts'

const claims = 'persistentvolumeclaims'
const volumes = 'persistentvolumes'

/**
 * Binds claims: to the volume that they name if it is there, else to one that is made for them. No
 * storage class is needed for that, but a claim that asks for none (`storageClassName: ""`) waits for
 * its volume.
 */
export const persistentVolumeClaimStage: Stage = {
  user: controllerUser('persistent-volume-binder'),
  eventSource: { component: 'stages.fairlead.dev' },
  resource: claims,
  triggers: [
    {
      resource: volumes,
      keysOf: ({ object }) => {
        const { namespace, name } = recordAt(recordAt(object, 'spec'), 'claimRef')
        return typeof namespace === 'string' && typeof name === 'string'
          ? [{ namespace, name }]
          : []
      },
    },
  ],
  async reconcile(cluster, claim) {
    if (claim.metadata.deletionTimestamp !== undefined) return
    const volume = await volumeOf(cluster, claim)
    if (volume === undefined) return
    await markBound(cluster, volume)
    const bound = await recordVolume(cluster, claim, volume)
    const spec = recordAt(bound, 'spec')
    await cluster.setStatus(claims, bound, {
      ...recordAt(bound, 'status'),
      phase: 'Bound',
      accessModes: recordAt(volume, 'spec')['accessModes'],
      capacity: recordAt(recordAt(spec, 'resources'), 'requests'),
    })
  },
  async gone(cluster, { namespace, name: claimName }) {
    for (const volume of cluster.list(volumes)) {
      const claim = recordAt(recordAt(volume, 'spec'), 'claimRef')
      if (claim['namespace'] !== namespace || claim['name'] !== claimName) continue
      await release(cluster, volume)
    }
  },
}

async function volumeOf(
  cluster: Cluster,
  claim: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  const spec = recordAt(claim, 'spec')
  const { name: claimName, namespace, uid = '', resourceVersion } = claim.metadata
  const own = `pvc-${uid}`
  const wanted = textAt(spec, 'volumeName')
  if (wanted !== '' && wanted !== own) {
    const volume = cluster.get(volumes, '', wanted)
    const holder = volume && recordAt(recordAt(volume, 'spec'), 'claimRef')
    const isFree = holder?.['name'] === undefined || holder['uid'] === uid
    return isFree ? volume : undefined
  }
  if (spec['storageClassName'] === '') return undefined
  const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', uid, resourceVersion }
  const existing = cluster.get(volumes, '', own)
  if (existing !== undefined) return existing
  const made = await cluster.create(volumes, {
    metadata: { name: own, annotations: { [provisionedBy]: provisioner } },
    spec: {
      capacity: recordAt(recordAt(spec, 'resources'), 'requests'),
      accessModes: spec['accessModes'],
      claimRef: { ...reference, namespace, name: claimName },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: textAt(spec, 'storageClassName'),
      volumeMode: textAt(spec, 'volumeMode') || 'Filesystem',
      csi: { driver: provisioner, volumeHandle: own },
    },
  })
  cluster.tell(claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${own}`)
  return made
}

const provisionedBy = 'pv.kubernetes.io/provisioned-by'
const provisioner = 'stages.fairlead.dev'

async function markBound(cluster: Cluster, volume: KubernetesObject): Promise<void> {
  const status = recordAt(volume, 'status')
  if (status['phase'] === 'Bound') return
  await cluster.setStatus(volumes, volume, { ...status, phase: 'Bound' })
}

async function recordVolume(
  cluster: Cluster,
  claim: KubernetesObject,
  volume: KubernetesObject,
): Promise<KubernetesObject> {
  const volumeName = volume.metadata.name ?? ''
  if (textAt(recordAt(claim, 'spec'), 'volumeName') === volumeName) return claim
  return cluster.change(claims, claim, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      annotations: {
        ...current.metadata.annotations,
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
      },
    },
    spec: { ...recordAt(current, 'spec'), volumeName },
  }))
}

/** What was made for a claim goes with it, unless it is to be kept. */
async function release(cluster: Cluster, volume: KubernetesObject): Promise<void> {
  const isOwn = volume.metadata.annotations?.[provisionedBy] === provisioner
  const policy = recordAt(volume, 'spec')['persistentVolumeReclaimPolicy']
  const status = recordAt(volume, 'status')
  // What is bound cannot be deleted.
  const released =
    status['phase'] === 'Released'
      ? volume
      : await cluster.setStatus(volumes, volume, { ...status, phase: 'Released' })
  if (isOwn && policy === 'Delete') await cluster.delete(volumes, released)
}
