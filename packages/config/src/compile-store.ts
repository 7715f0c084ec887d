import type { ConversationStore } from '@fairlead/api'
import type { Findings } from './findings.ts'
import { identityOf } from './resource-key.ts'
import type { ConversationStoreSettings } from '@fairlead/snapshot'

/** Whether this version can keep conversations in a store of the type. */
export function servesStoreType(type: string): type is ConversationStoreSettings['type'] {
  return type === 'Memory' || type === 'SQLite'
}

/** A store of a type that is not served yet is accepted, but has no settings: `Available` says so. */
export function compileStore(
  store: ConversationStore,
  findings: Findings,
): ConversationStoreSettings | undefined {
  const { type, sqlite, redis, postgres, retention } = store.spec
  if (redis) findings.secret(redis.urlSecretRef, 'spec.redis.urlSecretRef')
  if (postgres) findings.secret(postgres.urlSecretRef, 'spec.postgres.urlSecretRef')
  const ttlMs = findings.duration(retention?.ttl, 'spec.retention.ttl')
  if (sqlite && leavesDataDirectory(sqlite.path)) {
    findings.reject(
      `spec.sqlite.path: ${JSON.stringify(sqlite.path)} must name a file below the data directory`,
    )
  }
  if (!servesStoreType(type)) return undefined
  return {
    ...identityOf(store),
    type,
    path: type === 'SQLite' ? (sqlite?.path ?? 'conversations.db') : undefined,
    ttlMs,
  }
}

/** Whether `..` leads out. An absolute path is for the replica to judge, which knows its directory. */
function leavesDataDirectory(path: string): boolean {
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path)) return false
  let depth = 0
  for (const part of path.split(/[/\\]/)) {
    if (part === '..') depth -= 1
    else if (part !== '' && part !== '.') depth += 1
    if (depth < 0) return true
  }
  return depth === 0
}
