import type { JsonObject } from '@fairlead/base'

/** Brings specs of an older definition of v1alpha1 of a kind into the shape of its last one. */
export interface Migration {
  /** Recorded on a definition when its stored objects have been rewritten; never changes. */
  readonly name: string
  /** Names of the kinds that it concerns. */
  readonly kinds: readonly string[]
  /** The spec in the new shape, the same object if it has it already, and what changed. */
  upgrade(spec: JsonObject): Upgrade
}

interface Upgrade {
  readonly spec: JsonObject
  /** One sentence per change, naming the field: `spec.rules[0].retry.on is now …`. */
  readonly changes: readonly string[]
}
