import { controllerUser } from '../../auth/user.ts'
import { ownerTrigger } from './shared/owner-trigger.ts'
import { syncReplicas } from './shared/replica-sync.ts'
import type { Stage } from './shared/stage.ts'

const resource = 'replicationcontrollers'

/** Keeps the pods of ReplicationControllers. */
export const replicationControllerStage: Stage = {
  user: controllerUser('replication-controller'),
  resource,
  triggers: [ownerTrigger('pods', { kind: 'ReplicationController', resource })],
  reconcile: (cluster, object) => syncReplicas(cluster, resource, object),
}
