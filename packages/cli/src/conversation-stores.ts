import { relative, resolve } from 'node:path'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import {
  createConversations,
  createMemoryStore,
  createSqliteStore,
  type Conversations,
} from '@fairlead/context'
import type { Logger } from 'pino'

export interface StoreOpenerOptions {
  /** Absolute. Relative paths of stores count from here. */
  readonly dataDir: string
  readonly logger: Logger
}

const clock = { now: () => Date.now() }

/** Opens the store that a ConversationStore describes; undefined is one in memory. */
export function openStores(
  options: StoreOpenerOptions,
): (settings: ConversationStoreSettings | undefined) => Conversations {
  return (settings) => {
    const ttlMs = settings?.ttlMs
    const store =
      settings?.type === 'SQLite'
        ? createSqliteStore({ path: storePath(options.dataDir, settings), clock, ttlMs })
        : createMemoryStore({ clock, ttlMs })
    return createConversations({
      store,
      ...(settings === undefined ? {} : { storeName: settings.name }),
      logger: options.logger,
    })
  }
}

/**
 * Whoever may write a ConversationStore may choose a file name, but no file outside the data
 * directory, and none of the API server's.
 */
export function storePath(dataDir: string, settings: ConversationStoreSettings): string {
  const path = resolve(dataDir, settings.path ?? 'conversations.db')
  const inside = relative(dataDir, path)
  if (inside === '' || inside.startsWith('..') || /^apiserver(?:[/\\]|$)/.test(inside)) {
    throw new Error(
      `ConversationStore ${settings.namespace}/${settings.name}: spec.sqlite.path ` +
        `"${settings.path}" must name a file below the data directory`,
    )
  }
  return path
}
