import type { Architecture } from './rule.ts'

/** Files by their paths. */
type Texts = Readonly<Record<string, string>>

/** A proof that a rule works: a small repository that complies, and changes that violate it. */
export interface Proof {
  /** Overrides of an architecture without packages, folders and exceptions. */
  readonly architecture?: Partial<Architecture>
  readonly keeps: Texts
  /** Each is merged over the compliant files. */
  readonly breaks: Readonly<Record<string, Break>>
}

interface Break {
  readonly texts: Texts
  /** Replaces the proof's architecture, where that is what is wrong. */
  readonly architecture?: Partial<Architecture>
  /** The exact findings: path and beginning of the message. */
  readonly finds: readonly string[]
}
