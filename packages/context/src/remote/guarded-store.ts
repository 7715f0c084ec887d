import type { ContextStore } from '../stores/context-store.ts'
import type { StoreOperation } from './store-messages.ts'

/** Does an operation, or refuses it. */
type Guard = <T>(operation: StoreOperation, work: () => Promise<T>) => Promise<T>

type Operation = (...list: readonly unknown[]) => Promise<unknown>

/** What changes a store, as clients ask for it, by the name of its method. */
const changes = {
  append: 'append',
  remove: 'remove',
  removeSubject: 'removeSubject',
  // Of no turn that runs, whose plans a freeze lets pass: who changes a store in this process runs none.
  replacePlan: 'append',
} as const
const recordChanges = {
  put: 'record-put',
  remove: 'record-remove',
  removeOwner: 'record-remove-owner',
} as const
const responseChanges = { add: 'response-add', remove: 'response-remove' } as const

/** The store for who changes it in the same process, so that a freeze holds for that, too. */
export function guardedStore(store: ContextStore, guard: Guard): ContextStore {
  return guarded(store, changes, guard, {
    records: guarded(store.records, recordChanges, guard),
    responses: guarded(store.responses, responseChanges, guard),
  })
}

function guarded<Part extends object>(
  part: Part,
  operations: Readonly<Record<string, StoreOperation>>,
  guard: Guard,
  replaced: Partial<Part> = {},
): Part {
  return new Proxy(part, {
    get: (_, property) => {
      if (property in replaced) return Reflect.get(replaced, property)
      const value: unknown = Reflect.get(part, property)
      if (typeof value !== 'function') return value
      const work = (...list: readonly unknown[]) => Reflect.apply(value as Operation, part, list)
      const operation = typeof property === 'string' ? operations[property] : undefined
      return operation === undefined
        ? work
        : (...list: readonly unknown[]) => guard(operation, () => work(...list))
    },
  })
}
