import type { StoreType } from '../store-type.ts'
import { createMemoryStore } from './memory-store.ts'

export const memoryStoreType: StoreType = {
  type: 'Memory',
  open: async ({ ttlMs }, { clock }) => createMemoryStore({ clock, ttlMs }),
}
