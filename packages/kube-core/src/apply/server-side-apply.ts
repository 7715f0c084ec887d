import type { KubernetesObject } from '../object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { errors } from '../status-error.ts'
import type { FieldPath } from './field-path.ts'

export interface ApplyRequest {
  /** The stored object; undefined when the apply creates it. */
  live: KubernetesObject | undefined
  applied: KubernetesObject
  schema: StructuralSchema
  /** The name of the field manager. */
  manager: string
  /** Takes fields of other managers instead of failing with a conflict. */
  force: boolean
  subresource?: string
  /** RFC 3339, whole seconds. */
  now: string
  /** Fields that this endpoint resets and thus never owns, for example `status`. */
  resetFields?: FieldPath[]
}

export function serverSideApply(request: ApplyRequest): KubernetesObject {
  throw errors.internal(`server-side apply by ${request.manager} is not available`)
}
