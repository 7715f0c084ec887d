import type { Architecture } from './rule.ts'

/** Files by their paths. */
type Texts = Readonly<Record<string, string>>

/** Evidence that a rule works: a small repository that keeps it, and changes that break it. */
export interface Proof {
  /** What differs from an architecture without packages, folders and exceptions. */
  readonly architecture?: Partial<Architecture>
  readonly keeps: Texts
  /** Each is put over the files that keep the rule. */
  readonly breaks: Readonly<Record<string, Break>>
}

interface Break {
  readonly texts: Texts
  /** Instead of the architecture of the proof, where that is what is wrong. */
  readonly architecture?: Partial<Architecture>
  /** Exactly what is found: a path, and how its message begins. */
  readonly finds: readonly string[]
}
