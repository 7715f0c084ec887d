export type { MetadataFilter, MetadataValue } from './metadata-filter.ts'
