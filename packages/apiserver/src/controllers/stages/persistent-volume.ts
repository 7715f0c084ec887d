import { controllerUser } from '../../auth/user.ts'
import { recordAt, textAt } from '../../definitions/fields.ts'
import type { Stage } from './shared/stage.ts'
import { unprotect } from './shared/unprotect.ts'

const volumes = 'persistentvolumes'

/** Makes volumes available, and lets those go that are being deleted and that no claim holds. */
export const persistentVolumeStage: Stage = {
  user: controllerUser('pv-protection-controller'),
  resource: volumes,
  triggers: [
    {
      resource: 'persistentvolumeclaims',
      keysOf: ({ type, object }) =>
        type === 'DELETED'
          ? [{ namespace: '', name: textAt(recordAt(object, 'spec'), 'volumeName') }]
          : [],
    },
  ],
  async reconcile(cluster, volume) {
    const claim = recordAt(recordAt(volume, 'spec'), 'claimRef')
    const holder = cluster.get(
      'persistentvolumeclaims',
      textAt(claim, 'namespace'),
      textAt(claim, 'name'),
    )
    const isHeld = holder !== undefined && holder.metadata.uid === claim['uid']
    if (volume.metadata.deletionTimestamp !== undefined) {
      if (!isHeld) await unprotect(cluster, volumes, volume, 'kubernetes.io/pv-protection')
      return
    }
    const status = recordAt(volume, 'status')
    const isNew = status['phase'] === undefined || status['phase'] === 'Pending'
    if (isNew && claim['uid'] === undefined) {
      await cluster.setStatus(volumes, volume, { ...status, phase: 'Available' })
    }
  },
}
