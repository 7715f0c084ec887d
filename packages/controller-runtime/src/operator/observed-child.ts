import type { TypedObject } from '@fairlead/kube-core'
import type { DeepReadonly } from '../deep-readonly.ts'

/**
 * - `ready`: all of its objects are as desired, and ready
 * - `progressing`: applied, and not ready yet; or on its way out
 * - `waiting`: for what it comes `after`
 * - `failed`: refused by the server, or of a kind that says that it failed
 * - `absent`: not wanted
 */
export type ChildState = 'ready' | 'progressing' | 'waiting' | 'failed' | 'absent'

/** What is known of a child that was declared. */
export interface ObservedChild<T extends TypedObject = TypedObject> {
  readonly state: ChildState
  /** Why it is not ready, for people: `1 of 3 replicas are ready`. Empty if it is, or is absent. */
  readonly message: string
  /** Its object; of several the first by name; undefined as long as there is none. */
  readonly object: DeepReadonly<T> | undefined
  /** All of its objects, by name. */
  readonly objects: readonly DeepReadonly<T>[]
}

/** Whether those that come after it may go ahead; nobody waits for what is not wanted. */
export function letsPass({ state }: Pick<ObservedChild, 'state'>): boolean {
  return state === 'ready' || state === 'absent'
}
