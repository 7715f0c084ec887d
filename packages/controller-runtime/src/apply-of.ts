import type { ObjectMeta, TypedObject } from '@fairlead/kube-core'

type Primitive = string | number | boolean | null | undefined

/** Every field optional, at any depth, and not changed by whoever takes it. */
type Partially<T> = T extends Primitive
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Partially<Item>[]
    : T extends object
      ? { readonly [K in keyof T]?: Partially<T[K]> }
      : T

/** What server-side apply needs in order to find the object, and what else of metadata may be owned. */
type AppliedMetadata<M extends ObjectMeta> = Partially<Omit<M, 'name' | 'namespace'>> &
  Readonly<Pick<M, 'name' | 'namespace'>>

/**
 * What server-side apply is given: only the fields that the manager wants to own, at any depth, of an
 * object whose kind, name and, where the kind has one, namespace are known.
 */
export type ApplyOf<T extends TypedObject> = Readonly<Pick<T, 'apiVersion' | 'kind'>> & {
  readonly metadata: AppliedMetadata<T['metadata']>
} & Partially<Omit<T, 'apiVersion' | 'kind' | 'metadata'>>
