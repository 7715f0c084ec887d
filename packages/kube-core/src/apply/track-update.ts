import type { KubernetesObject } from '../object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import type { FieldPath } from './field-path.ts'

export interface UpdateRequest {
  /** The stored object; undefined for a create. */
  before: KubernetesObject | undefined
  after: KubernetesObject
  schema: StructuralSchema
  manager: string
  subresource?: string
  /** RFC 3339, whole seconds. */
  now: string
  /** Fields that this endpoint resets and thus never owns, for example `status`. */
  resetFields?: FieldPath[]
}

export function trackUpdate(request: UpdateRequest): KubernetesObject {
  return request.after
}
