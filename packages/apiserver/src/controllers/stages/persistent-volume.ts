import { controllerUser } from '../../auth/user.ts'
import { recordAt } from '../../definitions/fields.ts'
import type { Stage } from './shared/stage.ts'

const volumes = 'persistentvolumes'

/** Makes new volumes available that no claim holds. */
export const persistentVolumeStage: Stage = {
  user: controllerUser('persistent-volume-binder'),
  resource: volumes,
  async reconcile(cluster, volume) {
    const status = recordAt(volume, 'status')
    const isNew = status['phase'] === undefined || status['phase'] === 'Pending'
    const isHeld = recordAt(recordAt(volume, 'spec'), 'claimRef')['uid'] !== undefined
    if (isNew && !isHeld) {
      await cluster.setStatus(volumes, volume, { ...status, phase: 'Available' })
    }
  },
}
