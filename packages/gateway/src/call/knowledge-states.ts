import type { SourceFigures } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'

/** A knowledge base as this gateway has found it. */
export interface ReportedKnowledge {
  /** `namespace/name`. */
  readonly base: string
  readonly generation: number
  /** Whether it can be searched, as far as is known. */
  readonly ready: boolean
  /** Why it is not, without anything secret. */
  readonly message?: string
  /** How its sources stand; undefined where that is not known, or there are none. */
  readonly sources?: readonly SourceFigures[]
}

const messageMax = 1024

/** What the last searches have shown of knowledge bases. One that was never searched counts as ready. */
export class KnowledgeStates {
  readonly #problems = new Map<string, string>()
  readonly #changed: () => void

  /** `changed` is told when a base can be searched no longer, or again. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** The last search of a base had this problem; undefined: none. */
  note(base: string, problem: string | undefined): void {
    const message = problem?.slice(0, messageMax)
    if (this.#problems.get(base) === message) return
    if (message === undefined) this.#problems.delete(base)
    else this.#problems.set(base, message)
    this.#changed()
  }

  /** What is known of these bases; of all others it is forgotten. */
  reports(bases: ReadonlyMap<string, KnowledgeBaseSettings>): readonly ReportedKnowledge[] {
    for (const key of this.#problems.keys()) if (!bases.has(key)) this.#problems.delete(key)
    return [...bases].map(([base, { generation }]) => {
      const problem = this.#problems.get(base)
      return problem === undefined
        ? { base, generation, ready: true }
        : { base, generation, ready: false, message: problem }
    })
  }
}
