import type { Place } from './place.ts'

/**
 * Counts in a status are not negative, and none is greater than that of all replicas: as the
 * validation of the statuses of workloads in Kubernetes.
 * @param fields which are also compared with `replicas`
 */
export function validateReplicaCounts(
  status: Place,
  fields: readonly string[],
  readyName = 'readyReplicas',
): void {
  const replicas = status.number('replicas')
  for (const field of fields) {
    if (status.number(field) <= replicas) continue
    status.invalid(field, 'cannot be greater than status.replicas')
  }
  if (status.number('availableReplicas') <= status.number('readyReplicas')) return
  status.invalid('availableReplicas', `cannot be greater than ${readyName}`)
}

/** How often a hash collided only grows. As IsDecremented in Kubernetes' core validation. */
export function validateCollisionCount(status: Place, previous: Place): void {
  const before = previous.optionalNumber('collisionCount')
  const now = status.number('collisionCount')
  if (before === undefined || (status.has('collisionCount') && now >= before)) return
  status.invalid('collisionCount', 'cannot be decremented', now)
}

/** As ValidateReplicaSetStatus, which ReplicationControllers share. */
export function validateReplicaStatus(status: Place): void {
  for (const field of [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'observedGeneration',
  ]) {
    status.notNegative(field)
  }
  validateReplicaCounts(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'])
}
