import type { DefaultedFields, ObjectMeta, TypedObject } from '@fairlead/kube-core'

type Primitive = string | number | boolean | null | undefined

/** Without need for the fields that have defaults, at any depth. */
type BeforeDefaults<T> = T extends Primitive
  ? T
  : T extends readonly (infer Item)[]
    ? readonly BeforeDefaults<Item>[]
    : T extends object
      ? {
          readonly [K in keyof T as K extends DefaultedFields<T> ? never : K]: BeforeDefaults<T[K]>
        } & {
          readonly [K in keyof T as K extends DefaultedFields<T> ? K : never]?: BeforeDefaults<T[K]>
        }
      : T

/** Metadata before the server adds to it, which makes up a name if there is only a prefix of one. */
type CreatedMetadata<M extends ObjectMeta> = Readonly<Omit<M, 'name'>> & { readonly name?: string }

/**
 * What an object is created from: without the fields that the server sets, and without need for those
 * that its schema has defaults for, which the type of the kind marks as `Defaulted`.
 */
export type CreateOf<T extends TypedObject> = Readonly<Pick<T, 'apiVersion' | 'kind'>> & {
  readonly metadata: CreatedMetadata<T['metadata']>
} & BeforeDefaults<Omit<T, 'apiVersion' | 'kind' | 'metadata'>>
