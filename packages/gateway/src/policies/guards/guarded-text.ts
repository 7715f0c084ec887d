import { type Decided, type Finding, HeldText, type TextMatcher } from '@fairlead/guard'

/** A guard as it looks at one text. */
export interface TextGuard {
  readonly matcher: TextMatcher
  /** Whether text leaves at once, and what it finds comes too late for all but an end. */
  readonly passes: boolean
  /** What stands in the place of a finding; its own text leaves it. Throws the refusal. */
  act(found: string, finding: Finding): string
}

/**
 * One text on its way through guards, one after the other. However it is cut, what leaves is what the
 * whole text would have given. Throws the refusal of a guard; what it had held back never leaves.
 */
export class GuardedText {
  readonly #stages: readonly Stage[]

  constructor(guards: readonly TextGuard[]) {
    this.#stages = guards.map((guard) => new Stage(guard))
  }

  /** Takes the next piece; what can leave now. */
  push(piece: string): string {
    let text = piece
    for (const stage of this.#stages) text = stage.push(text)
    return text
  }

  /** Nothing follows: the rest. */
  end(): string {
    let text = ''
    for (const stage of this.#stages) text = stage.push(text) + stage.end()
    return text
  }

  /** Whether any of it is another than was taken. */
  get isChanged(): boolean {
    return this.#stages.some(({ isChanged }) => isChanged)
  }

  /** Where a place of the text that was taken is in the one that has left. */
  placeOf(index: number): number {
    let place = index
    for (const stage of this.#stages) place = stage.placeOf(place)
    return place
  }
}

/** What stands in the place of a part of a text. */
interface Edit {
  readonly start: number
  readonly end: number
  /** How long it is in the end. */
  readonly length: number
}

class Stage {
  readonly #guard: TextGuard
  readonly #held: HeldText
  readonly #edits: Edit[] = []
  /** How much has been decided. */
  #decided = 0

  constructor(guard: TextGuard) {
    this.#guard = guard
    this.#held = new HeldText(guard.matcher)
  }

  push(piece: string): string {
    if (piece === '') return ''
    const acted = this.#acted(this.#held.push(piece))
    return this.#guard.passes ? piece : acted
  }

  end(): string {
    const acted = this.#acted(this.#held.end())
    return this.#guard.passes ? '' : acted
  }

  get isChanged(): boolean {
    return this.#edits.length > 0
  }

  placeOf(index: number): number {
    let moved = 0
    for (const { end, length, start } of this.#edits) {
      if (index <= start) break
      // Within what is gone there is only its end.
      if (index < end) return start + moved + length
      moved += length - (end - start)
    }
    return index + moved
  }

  #acted({ findings, text }: Decided): string {
    const offset = this.#decided
    this.#decided += text.length
    let written = ''
    let after = 0
    for (const finding of findings) {
      const start = finding.start - offset
      const end = finding.end - offset
      const found = text.slice(start, end)
      const by = this.#guard.act(found, finding)
      written += text.slice(after, start) + by
      after = end
      if (by === found || this.#guard.passes) continue
      this.#edits.push({ start: finding.start, end: finding.end, length: by.length })
    }
    return findings.length === 0 ? text : written + text.slice(after)
  }
}
