import type { Functions } from '../declarations/functions.ts'
import type { Issue } from '../syntax/issues.ts'
import type { Expression } from '../syntax/nodes.ts'
import type { CelType } from '../types/cel-type.ts'

/** What an expression may name. */
export interface Scope {
  readonly variables: ReadonlyMap<string, CelType>
  readonly functions: Functions
  /** The types of literals such as `Name{field: 1}`; none by default. */
  readonly structs?: ((name: string) => CelType | undefined) | undefined
}

/** What is known of each node of a checked expression. */
export interface Checked {
  readonly type: CelType
  typeOf(node: Expression): CelType
  /** Whether it is evaluated; the first part of the name of a function, such as `sets`, is not. */
  isEvaluated(node: Expression): boolean
  /** The ids of the signatures that a call may use; none for what is no call. */
  overloadsOf(node: Expression): readonly string[]
  /** The names of the variables that the expression reads, of those in its scope. */
  readonly variables: ReadonlySet<string>
  /** The name with dots, such as `net.IP`, that a selection is; undefined for other selections. */
  qualifiedNameOf(node: Expression): string | undefined
  readonly issues: readonly Issue[]
}
