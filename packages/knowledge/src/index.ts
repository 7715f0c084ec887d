export type { FoundPassage, KnowledgeQuery, Retriever } from './found-passage.ts'
export type {
  IndexedDocument,
  IndexedPassage,
  KnowledgeFigures,
  KnowledgeIndex,
} from './knowledge-index.ts'
export { matchesFilter } from './matches-filter.ts'
export type { MetadataFilter, MetadataValue } from './metadata-filter.ts'
export { openSqliteIndex } from './sqlite/open-sqlite-index.ts'
