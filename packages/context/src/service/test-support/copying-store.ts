import type { ContextStore } from '../../stores/context-store.ts'

/** A store that hands out new objects each time, as those do that read what they keep. */
export function copyingStore(store: ContextStore): ContextStore {
  return {
    ...store,
    basis: async (...asked) => structuredClone(await store.basis(...asked)),
    path: async (...asked) => structuredClone(await store.path(...asked)),
    turn: async (...asked) => structuredClone(await store.turn(...asked)),
  }
}
