import type { KnowledgeIndex } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import { type PostgresIndexParts, postgresIndexes } from './postgres-indexes.ts'
import { sqliteIndexes } from './sqlite-indexes.ts'

/** Where indexes of one type of `spec.store` are. */
export interface IndexType {
  /**
   * Opens the index of a base, and makes it where it is missing. Rejects with an Error in words, without
   * anything secret, where that cannot be done. `moved` is called when the open index is another by now,
   * of which nothing is known.
   */
  open(base: KnowledgeBaseSettings, moved: () => void): Promise<KnowledgeIndex>
  /** Removes what is kept of a base that is not served any more, whose index is closed. */
  remove(base: KnowledgeBaseSettings): Promise<void>
  /** Removes what earlier processes have kept of bases other than these, where that is known. */
  removeOthers(bases: readonly KnowledgeBaseSettings[]): Promise<void>
}

export type IndexTypes = Readonly<Record<KnowledgeBaseSettings['store']['type'], IndexType>>

/** The types of indexes. Relative paths are resolved against `dataDir`, which is absolute. */
export function indexTypes({
  dataDir,
  ...parts
}: PostgresIndexParts & { readonly dataDir: string }): IndexTypes {
  return { SQLite: sqliteIndexes(dataDir), Postgres: postgresIndexes(parts) }
}
