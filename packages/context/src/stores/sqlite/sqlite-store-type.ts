import type { StoreType } from '../store-type.ts'
import { createSqliteStore } from './sqlite-store.ts'
import { storePath } from './store-path.ts'

export const sqliteStoreType: StoreType = {
  type: 'SQLite',
  open: async (settings, { clock }) =>
    createSqliteStore({
      path: storePath(settings),
      clock,
      ttlMs: settings.ttlMs,
      owner: `${settings.namespace}/${settings.name}`,
    }),
}
