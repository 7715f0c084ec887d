import type { ContextStore } from '../context-store.ts'

/** How the data of a store is opened by another process once its own is dead. */
export interface Successors {
  /** For stores with members: one without recovers what it runs itself. Closed with the store. */
  successor?(store: ContextStore): ContextStore | Promise<ContextStore>
}

/** Does something with the data of a store whose process has died. */
export async function onceDead(
  subject: Successors,
  store: ContextStore,
  body: (next: ContextStore) => Promise<void>,
): Promise<void> {
  const next = (await subject.successor?.(store)) ?? store
  await body(next)
  if (next !== store) await next.close()
}
