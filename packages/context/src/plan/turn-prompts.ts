import { ModelError } from '@fairlead/llm'
import { assemblePrompt } from './assemble-prompt.ts'
import type { ContextPlan } from './context-plan.ts'
import { planAttempt } from './explain-prompt.ts'
import type { AssembledPrompt, TurnPromptSource } from './prompt-source.ts'
import {
  atSealingAccount,
  isSameReader,
  isSameTarget,
  type PromptTarget,
  sealingAccount,
} from './prompt-target.ts'

/** The prompt of one attempt. */
export interface AttemptPrompt extends Omit<AssembledPrompt, 'plan'> {
  readonly target: PromptTarget
  readonly plan: ContextPlan
}

/** Those who may be asked, in the order in which they probably are. */
export type PromptTargets = readonly [PromptTarget, ...PromptTarget[]]

/** The prompts of one turn, each made when its target is asked, under one plan id. */
export class TurnPrompts {
  /** The prompt for the first target that has room for it. */
  readonly first: AttemptPrompt
  readonly #source: TurnPromptSource
  readonly #planId: string
  /** The one made last, for a target that is asked again. */
  #last: AttemptPrompt

  /** Throws as `assemblePrompt` does when there is no prompt for any of the targets. */
  constructor(source: TurnPromptSource, targets: PromptTargets, planId: string) {
    this.#source = source
    this.#planId = planId
    const [first, ...others] = targets
    const settled = (target: PromptTarget) => atSealingAccount(target, source.log)
    this.first = this.#firstThatFits([settled(first), ...others.map(settled)])
    this.#last = this.first
  }

  /**
   * The prompt for a target and the number of its attempt. Throws a ModelError 400
   * `context_length_exceeded` when the target's window is too small.
   */
  of(target: PromptTarget, attempt: number): AttemptPrompt {
    const known = [this.#last, this.first].find((prompt) => serves(prompt, target))
    this.#last =
      known === undefined
        ? this.#assemble(target, attempt, { isLast: true })
        : forAttempt(known, target, attempt)
    return this.#last
  }

  /** The account of a provider that can read the newest of its seals; undefined if there are none. */
  accountAt(provider: string): string | undefined {
    return sealingAccount(provider, this.#source.log)
  }

  #firstThatFits([first, ...others]: PromptTargets): AttemptPrompt {
    try {
      return this.#assemble(first, 1)
    } catch (error) {
      const isTooLong = error instanceof ModelError && error.kind === 'context-length'
      const roomier = others.filter((target) => hasMoreRoom(target, first))
      const [next, ...rest] = roomier
      if (!isTooLong || next === undefined) throw error
      try {
        return this.#firstThatFits([next, ...rest])
      } catch {
        // The caller is told of the target that comes first.
        throw error
      }
    }
  }

  /** `isLast`: better figures do not come, so these decide. */
  #assemble(target: PromptTarget, attempt: number, { isLast = false } = {}): AttemptPrompt {
    const counts = this.#source.countsFor(target)
    const { plan, ...prompt } = assemblePrompt({
      ...this.#source,
      target,
      attempt,
      counts: isLast ? { ...counts, atMost: 1 } : counts,
    })
    return { ...prompt, target, plan: { id: this.#planId, ...plan } }
  }
}

/** Whether a prompt is, byte for byte, the one for a target. */
function serves(prompt: AttemptPrompt, target: PromptTarget): boolean {
  return prompt.hasSeals ? isSameTarget(prompt.target, target) : isSameReader(prompt.target, target)
}

function forAttempt(prompt: AttemptPrompt, target: PromptTarget, attempt: number): AttemptPrompt {
  const { plan } = prompt
  const isSame = plan.attempt.number === attempt && isNamedAlike(prompt.target, target)
  return isSame
    ? { ...prompt, target }
    : { ...prompt, target, plan: { ...plan, attempt: planAttempt(target, attempt) } }
}

function isNamedAlike(one: PromptTarget, other: PromptTarget): boolean {
  return one.name === other.name && one.provider === other.provider
}

function hasMoreRoom(target: PromptTarget, { window = Infinity }: PromptTarget): boolean {
  return (target.window ?? Infinity) > window
}
