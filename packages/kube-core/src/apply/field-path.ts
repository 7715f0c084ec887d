/** Names of nested fields from the root of an object, for example `['spec', 'replicas']`. */
export type FieldPath = readonly string[]
