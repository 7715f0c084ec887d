declare const defaulted: unique symbol

/**
 * A field for which the schema has a default: a value is always there when it is read, and may be
 * left out of what is created. For the compiler only; any `T` is one.
 */
export type Defaulted<T> = T & { readonly [defaulted]?: true }

/** The names of the fields whose types are `Defaulted`. */
export type DefaultedFields<T> = {
  [K in keyof T]-?: typeof defaulted extends keyof NonNullable<T[K]> ? K : never
}[keyof T]
