import type { DeepReadonly } from '../deep-readonly.ts'
import type { TypedObject } from '../object.ts'
import type { ResourceType } from '../resource-type.ts'

/** How the versions of a kind are addressed, by their names. */
type VersionTypes = Readonly<Record<string, ResourceType>>

/** The type of the objects of a kind. */
export type ObjectOf<R> = R extends ResourceType<infer T> ? T : never

/**
 * What a conversion makes: everything but what is the same in all versions. Of the metadata only
 * labels and annotations count, as Kubernetes lets no conversion change anything else; without
 * metadata they stay as they are.
 */
export type Converted<T extends TypedObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> & {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
}

/**
 * How one version is converted to the hub and back. Both functions are given a frozen object, with
 * the defaults of its version, and must be pure: the same object always gives the same.
 */
export interface VersionConversion<Spoke extends TypedObject, Hub extends TypedObject> {
  toHub(this: void, old: DeepReadonly<Spoke>): DeepReadonly<Converted<Hub>>
  fromHub(this: void, hub: DeepReadonly<Hub>): DeepReadonly<Converted<Spoke>>
}

/** What versions have of their own, apart from how they are named. */
type Fields<T extends TypedObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata'>

/** `'none'` is for versions whose objects have the same fields. */
type ConversionOf<Spoke extends TypedObject, Hub extends TypedObject> =
  | VersionConversion<Spoke, Hub>
  | ([Fields<Spoke>, Fields<Hub>] extends [Fields<Hub>, Fields<Spoke>] ? 'none' : never)

/** For every version but the hub, how it is converted. */
export type VersionConversions<V extends VersionTypes, Hub extends keyof V> = {
  readonly [Name in Exclude<keyof V, Hub>]: ConversionOf<ObjectOf<V[Name]>, ObjectOf<V[Hub]>>
}
