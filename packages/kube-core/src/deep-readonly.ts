type Primitive = string | number | boolean | null | undefined

/**
 * The type, not to be changed at any depth: what is read is shared with other readers and frozen, or
 * may be. A value of the type itself is one of these too.
 */
export type DeepReadonly<T> = T extends Primitive
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T
