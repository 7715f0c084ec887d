import { memoryStoreType } from './memory/memory-store-type.ts'
import { redisStoreType } from './redis/redis-store-type.ts'
import { postgresStoreType } from './postgres/postgres-store-type.ts'
import { sqliteStoreType } from './sqlite/sqlite-store-type.ts'
import type { StoreType } from './store-type.ts'

/** Every type of ConversationStore that can be opened; adding one here serves it. */
export const conversationStoreTypes: readonly StoreType[] = [
  memoryStoreType,
  sqliteStoreType,
  redisStoreType,
  postgresStoreType,
]
