/**
 * A condition on the metadata of passages, in the shape of OpenAI's vector stores. Stores evaluate it,
 * so that what it excludes is never read.
 */
export type MetadataFilter =
  | {
      readonly type: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte'
      readonly key: string
      readonly value: MetadataValue
    }
  | {
      readonly type: 'in' | 'nin'
      readonly key: string
      readonly value: readonly (string | number)[]
    }
  | { readonly type: 'and' | 'or'; readonly filters: readonly MetadataFilter[] }

export type MetadataValue = string | number | boolean
