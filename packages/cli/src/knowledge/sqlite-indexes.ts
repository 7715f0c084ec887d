import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { openSqliteIndex } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import { IndexFiles } from './index-files.ts'
import type { IndexType } from './index-types.ts'

/** Of texts and metadata: hundreds of thousands of passages. */
const bytesMax = 4 * 1024 ** 3

/** Indexes in files, each of which is that of one base only, however its path is spelt. */
export function sqliteIndexes(dataDir: string): IndexType {
  /** What has each file that is open, by what the file system calls it. */
  const owners = new Map<string, string>()
  const files = new IndexFiles(dataDir)
  const remove = (path: string) => {
    const file = fileAt(path)
    if (file === undefined || !owners.has(file)) files.remove(path)
  }
  return {
    async open(base) {
      const path = pathOf(base, dataDir)
      const owner = `${base.namespace}/${base.name}`
      const file = createdAt(path)
      const other = owners.get(file)
      if (other !== undefined) {
        throw new Error(`${path} is the file of KnowledgeBase ${other}: name another`)
      }
      // Before anything is waited for: others may be opened at the same time.
      owners.set(file, owner)
      try {
        const model = base.index.embeddingModel ?? null
        files.add(path)
        const index = await openSqliteIndex({ path, model, owner, bytesMax })
        return {
          ...index,
          async close() {
            await index.close()
            owners.delete(file)
          },
        }
      } catch (error) {
        owners.delete(file)
        throw error
      }
    },
    async remove(base) {
      remove(pathOf(base, dataDir))
    },
    async removeOthers(bases) {
      const kept = new Set(bases.map((base) => pathOf(base, dataDir)))
      for (const path of files.paths) if (!kept.has(path)) remove(path)
    },
  }
}

function pathOf({ store }: KnowledgeBaseSettings, dataDir: string): string {
  if (store.type !== 'SQLite') throw new Error(`an index of type ${store.type} is no file`)
  return resolve(dataDir, store.path)
}

/** Makes the file where it is missing, and says what the file system calls it. */
function createdAt(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  return fileAt(path) ?? path
}

/** The same for every path that leads to a file; undefined where there is none. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.dev}:${found.ino}`
}
