import type { TypedObject } from '@fairlead/kube-core'
import type { NamedSecret, ReferenceProblem } from './findings.ts'
import type { Notice } from './notices.ts'

/** A resource with what was found out about it. */
export interface Judged<R extends TypedObject = TypedObject, S = unknown> {
  readonly resource: R
  /** `namespace/name`. */
  readonly key: string
  /**
   * Whether it has the shape of its kind. An API server keeps what it stored under an older definition
   * and gives it out as it is: of a resource that does not fit, nothing but its metadata may be read.
   */
  readonly fits: boolean
  /** What a snapshot holds of it; undefined when it cannot be used. */
  readonly settings: S | undefined
  /** Why it is not accepted; empty when it is. */
  readonly invalid: readonly string[]
  /** Those of `invalid` that cannot hold on a stream. */
  readonly onStreams: readonly string[]
  /** Those of `invalid` that another version may serve. */
  readonly unserved: readonly string[]
  readonly referenceProblems: readonly ReferenceProblem[]
  /** Fields that are set and not implemented, each with what happens instead. */
  readonly unsupported: readonly string[]
  /** The Secrets' keys that it names and may name. */
  readonly secrets: readonly NamedSecret[]
  /** What its author should know although it is accepted. */
  readonly notices: readonly Notice[]
}
