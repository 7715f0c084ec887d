import type { StoreType } from '../store-type.ts'
import { createPostgresStore } from './postgres-store.ts'

export const postgresStoreType: StoreType = {
  type: 'Postgres',
  async open({ namespace, name, server, ttlMs, member }, { clock, logger }) {
    if (server === undefined) {
      throw new Error(`ConversationStore ${namespace}/${name} names no server: set spec.postgres`)
    }
    const { url, ca, schema, maxConnections, deadlineMs } = server
    return createPostgresStore({
      url,
      ca,
      schema,
      maxConnections,
      deadlineMs,
      member,
      clock,
      ttlMs,
      owner: `${namespace}/${name}`,
      logger,
    })
  },
}
