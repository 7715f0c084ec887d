import type { TypedObject, ObjectMeta } from '@fairlead/kube-core'

/** An amount with a unit, such as `500m` or `1Gi`; a number is written as text too. */
export type Quantity = string

/** A number, or the name of one or a percentage, such as `http` or `25%`. */
export type IntOrString = number | string

/** RFC 3339, whole seconds. */
export type Time = string

/** RFC 3339 with microseconds. */
export type MicroTime = string

/** An object of any kind within another. */
export type RawExtension = Record<string, unknown>

/** An object as a template within another: what is not stored by itself needs no address. */
export type Embedded<T extends TypedObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> &
  Partial<Pick<T, 'apiVersion' | 'kind'>> & { metadata?: ObjectMeta }
