import type { TurnOutline } from './turn-outline.ts'

/**
 * The turns of one conversation, with the successors of each. It grows as turns are added; an outline
 * of a turn that it already has replaces the older one. Add parents before their children, that is,
 * in the order of `seq`.
 */
export class TurnTree {
  readonly #outlines = new Map<string, TurnOutline>()
  /** Ids of the turns that follow each turn, oldest first; those that follow nothing under null. */
  readonly #children = new Map<string | null, string[]>()

  constructor(outlines: Iterable<TurnOutline> = []) {
    this.add(outlines)
  }

  add(outlines: Iterable<TurnOutline>): void {
    for (const outline of outlines) {
      if (!this.#outlines.has(outline.id)) this.#addChild(outline)
      this.#outlines.set(outline.id, outline)
    }
  }

  /** Number of turns. */
  get size(): number {
    return this.#outlines.size
  }

  get(id: string | null): TurnOutline | undefined {
    return id === null ? undefined : this.#outlines.get(id)
  }

  /** All turns, parents before their children. */
  all(): Iterable<TurnOutline> {
    return this.#outlines.values()
  }

  /** The turns that follow a turn, oldest first; of null, those that follow nothing. */
  childrenOf(id: string | null): readonly TurnOutline[] {
    const ids = this.#children.get(id) ?? []
    return ids.flatMap((child) => this.#outlines.get(child) ?? [])
  }

  /** The turn and those before it, newest first. */
  *upFrom(id: string | null): Iterable<TurnOutline> {
    for (let turn = this.get(id); turn !== undefined; turn = this.get(turn.parent)) yield turn
  }

  /** Digest of the instructions in force after a turn; empty for none. */
  instructionsAfter(id: string | null): string {
    return this.get(this.get(id)?.instructed_by ?? null)?.instructions ?? ''
  }

  #addChild({ id, parent }: TurnOutline): void {
    const siblings = this.#children.get(parent)
    if (siblings === undefined) this.#children.set(parent, [id])
    else siblings.push(id)
  }
}
