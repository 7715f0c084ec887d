import type { Checking, Place, Violation } from './checking.ts'

/** What one keyword says of a value. */
export type Keyword = (place: Place, checking: Checking) => readonly Violation[]

/** One schema: a value fits it if it fits each of its keywords. */
export interface SchemaNode {
  /** Filled once when its schema is read, which may refer to itself. */
  keywords: readonly Keyword[]
}
