export type { Chunking, CutDocument, Passage } from './cutting/chunking.ts'
export { cutDocument } from './cutting/cut-document.ts'
export { type Cutter, openCutter } from './cutting/open-cutter.ts'
export { isEmbeddedBy } from './document-digest.ts'
export type { FoundPassage, KnowledgeQuery, Retriever } from './found-passage.ts'
export type {
  IndexedDocument,
  IndexedPassage,
  KnowledgeFigures,
  KnowledgeIndex,
  SharedIndex,
} from './knowledge-index.ts'
export { InexpressibleFilterError } from './inexpressible-filter-error.ts'
export { matchesFilter } from './matches-filter.ts'
export type { MetadataFilter, MetadataValue } from './metadata-filter.ts'
export { difyRetriever } from './retrievers/dify.ts'
export { openAIVectorStoreRetriever } from './retrievers/openai-vector-store.ts'
export type { Fetch } from './retrievers/retriever-options.ts'
export {
  leaveOtherPostgresIndexes,
  leavePostgresIndex,
  openPostgresIndex,
} from './postgres/open-postgres-index.ts'
export { Refresher, type SourceFigures } from './refresher.ts'
export type { MediaType, SourceDocument } from './source-document.ts'
export { configMapSource } from './sources/config-map-source.ts'
export { type DocumentFetch, type FetchedDocument, ServerSilent } from './sources/document-fetch.ts'
export type { DocumentSource, SourceChange } from './sources/document-source.ts'
export { httpSource } from './sources/http-source.ts'
export { postgresSource } from './sources/postgres-source.ts'
export { isIndexFile } from './sqlite/is-index-file.ts'
export { openSqliteIndex } from './sqlite/open-sqlite-index.ts'
