import { isJsonObject } from '@fairlead/base'
import type { ListMeta } from './object.ts'

/** One of several causes of a failure, for example one field that failed validation. */
export interface StatusCause {
  /** A machine-readable cause, for example `FieldValueInvalid`. */
  reason?: string
  message?: string
  /** The field as a path, for example `spec.replicas`. */
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  /** The resource (plural) for most errors, the kind for `Invalid`. */
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

/** The body of an API server's response that is not an object, such as an error. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: ListMeta
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: StatusDetails
  code?: number
}

/** Whether a decoded body is a `Status`. */
export function isStatus(value: unknown): value is Status {
  return isJsonObject(value) && value['kind'] === 'Status' && value['apiVersion'] === 'v1'
}
