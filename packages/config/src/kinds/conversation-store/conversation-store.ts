import { ConversationStore } from '@fairlead/api'
import type {
  Capabilities,
  ConversationStoreSettings,
  StoreEncryptionSettings,
} from '@fairlead/snapshot'
import { blockDefaults } from '../../judging/block-defaults.ts'
import type { PlannedCondition } from '../../judging/conditions.ts'
import { leavesDataDirectory } from '../../judging/data-directory.ts'
import type { Findings } from '../../judging/findings.ts'
import type { Judged } from '../../judging/judged.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { settingsByKey } from '../../judging/settings-by-key.ts'
import { identityOf } from '../../values/resource-key.ts'
import { compileServer } from './compile-server.ts'

/** A store of a type that is not served is accepted, but has no settings: `Available` says so. */
export const conversationStore: KindCompiler<ConversationStore, ConversationStoreSettings> = {
  type: ConversationStore,
  references: [],
  conditionTypes: [
    {
      type: 'Available',
      reasons: { True: ['Available'], False: ['TypeNotServed', 'StoreUnavailable', 'Invalid'] },
    },
  ],
  compile: compileStore,
  unsupportedFields: ({ conversationStoreTypes }) => [
    {
      path: 'spec.type',
      unless: conversationStoreTypes,
      instead: 'the store cannot be used; see Available',
    },
  ],
  conditions: (judged, { capabilities }) => [availableCondition(judged, capabilities)],
  contribute: (members) => ({ conversationStores: settingsByKey(members) }),
}

const sqliteDefaults = blockDefaults(ConversationStore, 'sqlite')

function compileStore(
  store: ConversationStore,
  findings: Findings,
  { conversationStoreTypes }: Capabilities,
): ConversationStoreSettings | undefined {
  const { type, sqlite = sqliteDefaults, retention } = store.spec
  const server = compileServer(store, findings)
  const ttlMs =
    retention.ttl === undefined ? undefined : findings.duration(retention.ttl, 'spec.retention.ttl')
  if (leavesDataDirectory(sqlite.path)) {
    findings.reject(
      `spec.sqlite.path: ${JSON.stringify(sqlite.path)} must name a file below the data directory`,
    )
  }
  if (!conversationStoreTypes.includes(type)) return undefined
  return {
    ...identityOf(store),
    type,
    path: type === 'SQLite' ? sqlite.path : undefined,
    server,
    encryption: compileEncryption(store, findings),
    isFrozen: store.spec.frozen,
    ttlMs,
  }
}

function compileEncryption(
  { spec: { encryption } }: ConversationStore,
  findings: Findings,
): StoreEncryptionSettings | undefined {
  if (encryption === undefined) return undefined
  const key = findings.secret(encryption.keySecretRef, 'spec.encryption.keySecretRef')
  return { key, previousKey: key && { ...key, key: `previous-${key.key}` } }
}

function availableCondition(
  { resource, settings }: Judged<ConversationStore, ConversationStoreSettings>,
  { conversationStoreTypes }: Capabilities,
): PlannedCondition {
  const type = 'Available'
  const storeType = resource.spec.type
  if (!conversationStoreTypes.includes(storeType)) {
    const served = conversationStoreTypes.join(' or ')
    const message = `Type ${storeType} is not served by this version; use ${served}`
    return { type, status: 'False', reason: 'TypeNotServed', message }
  }
  if (settings === undefined) {
    const message = 'The store is not accepted; see Accepted'
    return { type, status: 'False', reason: 'Invalid', message }
  }
  return { type, status: 'True', reason: 'Available', message: 'Conversations can be stored' }
}
