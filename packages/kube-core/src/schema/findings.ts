import { append } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'

/**
 * What is wrong with a value, and how much of a schema was compared with it: of several schemas that
 * it could have met, the one with most matches is what it was meant for. Matches are counted as
 * kube-openapi counts them (MatchCount in its package validate): one for each kind of check that
 * applies to the value, and further ones for its type, its numbers and its parts.
 */
export class Findings {
  readonly errors: FieldError[] = []
  #matches = 0

  get isValid(): boolean {
    return this.errors.length === 0
  }

  get matches(): number {
    return this.#matches
  }

  matched(count: number): void {
    this.#matches += count
  }

  add(errors: readonly FieldError[]): void {
    append(this.errors, errors)
  }

  merge(other: Findings): void {
    this.add(other.errors)
    this.#matches += other.#matches
  }
}
