import type { FieldPath } from '@fairlead/kube-core'

import type { CollectionTarget, ObjectTarget } from './resource-target.ts'

/**
 * The fields that an endpoint resets to their stored values, so that its callers never own them.
 */
export function resetFields(target: CollectionTarget & Pick<ObjectTarget, 'subresource'>): {
  resetFields?: FieldPath[]
} {
  if (!target.definition.hasStatusSubresource) return {}
  if (target.subresource === undefined) return { resetFields: [['status']] }
  if (target.subresource === 'approval')
    return { resetFields: [['spec'], ['status', 'certificate']] }
  if (target.subresource !== 'status') return {}
  return { resetFields: [...(target.definition.statusKeeps ?? [['spec'], ['metadata']])] }
}
