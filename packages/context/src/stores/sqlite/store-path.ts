import { relative, resolve } from 'node:path'
import type { StoreSettings } from '../store-type.ts'

/**
 * The absolute path of the store's file. Throws for a path outside the data directory or among the
 * API server's files: whoever may write a ConversationStore must not reach those.
 */
export function storePath({
  dataDir,
  namespace,
  name,
  path = 'conversations.db',
}: Pick<StoreSettings, 'dataDir' | 'namespace' | 'name' | 'path'>): string {
  const absolute = resolve(dataDir, path)
  const inside = relative(dataDir, absolute)
  if (inside === '' || inside.startsWith('..') || /^apiserver(?:[/\\]|$)/.test(inside)) {
    throw new Error(
      `ConversationStore ${namespace}/${name}: spec.sqlite.path "${path}" must name a file below the data directory`,
    )
  }
  return absolute
}
