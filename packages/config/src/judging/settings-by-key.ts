import { frozenMap } from '../values/frozen-map.ts'
import type { Member } from './kind-compiler.ts'

/** The settings of members by `namespace/name`, as most kinds stand in a snapshot. */
export function settingsByKey<S>(
  members: readonly Pick<Member<never, S>, 'key' | 'settings'>[],
): ReadonlyMap<string, S> {
  return frozenMap(members.map(({ key, settings }) => [key, settings]))
}
