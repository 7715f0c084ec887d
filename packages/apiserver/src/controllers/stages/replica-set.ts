import { controllerUser } from '../../auth/user.ts'
import { ownerTrigger } from './shared/owner-trigger.ts'
import { syncReplicas } from './shared/replica-sync.ts'
import type { Stage } from './shared/stage.ts'

const resource = 'replicasets.apps'

/** Keeps the pods of ReplicaSets. */
export const replicaSetStage: Stage = {
  user: controllerUser('replicaset-controller'),
  resource,
  triggers: [ownerTrigger('pods', { kind: 'ReplicaSet', resource })],
  reconcile: (cluster, object) => syncReplicas(cluster, resource, object),
}
