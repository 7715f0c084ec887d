import type { ConversationStore } from '@fairlead/api'
import type { Findings } from './findings.ts'
import { identityOf } from './resource-key.ts'
import type { StoreSettings } from './snapshot.ts'

/** Whether this version can keep conversations in a store of the type. */
export function servesStoreType(type: string): type is StoreSettings['type'] {
  return type === 'Memory' || type === 'SQLite'
}

/** A store of a type that is not served yet is accepted, but has no settings: `Available` says so. */
export function compileStore(
  store: ConversationStore,
  findings: Findings,
): StoreSettings | undefined {
  const { type, sqlite, redis, postgres, retention } = store.spec
  if (redis) findings.secret(redis.urlSecretRef, 'spec.redis.urlSecretRef')
  if (postgres) findings.secret(postgres.urlSecretRef, 'spec.postgres.urlSecretRef')
  const ttlMs = findings.duration(retention?.ttl, 'spec.retention.ttl')
  if (!servesStoreType(type)) return undefined
  return {
    ...identityOf(store),
    type,
    path: type === 'SQLite' ? (sqlite?.path ?? 'conversations.db') : undefined,
    ttlMs,
  }
}
