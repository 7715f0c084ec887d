import { type Finding, MaskTable, placeholderMatcher } from '@fairlead/guard'
import type { ModelError } from '@fairlead/llm'
import type { GuardPhase } from '@fairlead/snapshot'
import type { GuardrailNote } from '../../call/guardrail-note.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import { GuardedJson } from './guarded-json.ts'
import { GuardedText, type TextGuard } from './guarded-text.ts'
import type { PreparedGuard, PreparedGuardrail } from './prepared-guards.ts'

/** A guard that looks at the texts of one call. */
interface CallGuard {
  readonly policy: PreparedGuardrail
  readonly guard: PreparedGuard
}

/** From 0 to 100, for a guard by its name: one that looks at some calls does so below its percentage. */
export type Sampler = (guard: string) => number

/** How guards look at one call. */
export interface CallLooks {
  readonly sample: Sampler
  /** The number of the first placeholder. */
  readonly firstMask: number
  /** Whether values may be put back in its answer. */
  readonly restoresValues: boolean
}

/** All guards that look at one call. What they find is noted, never what it was. */
export class CallGuards {
  readonly #guards: readonly CallGuard[]
  readonly #policies: readonly PreparedGuardrail[]
  readonly #notes: GuardrailNote[]
  readonly #masks: MaskTable
  readonly #restoresValues: boolean
  #isAnswering = false
  #own: ReadonlyMap<string, number> = new Map()

  constructor(
    policies: readonly PreparedGuardrail[],
    notes: GuardrailNote[],
    { firstMask, restoresValues, sample }: CallLooks,
  ) {
    this.#masks = new MaskTable(firstMask)
    this.#restoresValues = restoresValues
    this.#policies = policies
    this.#notes = notes
    this.#guards = policies.flatMap((policy) =>
      policy.guards
        .filter(
          ({ name, samplePercent }) =>
            samplePercent === 100 || sample(`${policy.key}/${name}`) < samplePercent,
        )
        .map((guard) => ({ policy, guard })),
    )
  }

  /** Placeholders in a text of the caller are never given, and never put back. */
  avoidPlaceholders(text: string): void {
    this.#masks.avoid(text)
  }

  /** The request as it goes on: the placeholders in it are the caller's values. */
  requestChecked(text: string): void {
    this.#own = placeholdersIn(text)
  }

  /**
   * Placeholders of a prompt that stand in it more often than in the request are those of an earlier
   * turn as well, where they were other values: they are not put back.
   */
  disownEarlier(prompt: string): void {
    for (const [placeholder, count] of placeholdersIn(prompt)) {
      if (count > (this.#own.get(placeholder) ?? 0)) this.#masks.avoid(placeholder)
    }
  }

  /** From now on texts are those of the answer, in which placeholders are put back. */
  answerBegins(): void {
    this.#isAnswering = true
  }

  /** Whether anything is put back in the answer. */
  get restores(): boolean {
    return this.#masks.isReversible
  }

  /** Whether any guard looks at texts of a phase. */
  lookAt(phase: GuardPhase): boolean {
    return this.#guards.some(({ guard }) => guard.phases.has(phase))
  }

  /** Whether an answer has to be there before any of it leaves. */
  get bufferAnswers(): boolean {
    return this.#guards.some(
      ({ guard, policy }) => policy.stream.mode === 'Buffer' && looksAtAnswers(guard),
    )
  }

  /** A text that comes in pieces. */
  text(phase: GuardPhase): GuardedText {
    const looking = this.#guards.filter(({ guard }) => guard.phases.has(phase))
    const stages = looking.map(({ guard, policy }) => ({
      matcher: guard.matcher,
      passes:
        policy.stream.mode === 'RejectOnly' || policy.isShadow || guard.action.type === 'Annotate',
      act: (found: string, finding: Finding) => this.#act({ guard, policy }, phase, found, finding),
    }))
    // Last of all: what is put back is the caller's own.
    const restores = this.#isAnswering && this.#masks.isReversible
    return new GuardedText(restores ? [...stages, this.#restoring] : stages)
  }

  /** JSON that comes in pieces: each text and number in it is looked at by itself. */
  json(phase: GuardPhase): GuardedJson {
    return new GuardedJson(() => this.text(phase))
  }

  /** A whole text as it may go on. Throws the refusal where it may not. */
  checked(phase: GuardPhase, text: string): string {
    const guarded = this.text(phase)
    return guarded.push(text) + guarded.end()
  }

  /** The same of JSON. */
  checkedJson(phase: GuardPhase, text: string): string {
    const guarded = this.json(phase)
    return guarded.push(text) + guarded.end()
  }

  /** What a tool has given back: JSON, where it begins like that, and text otherwise. */
  checkedOutput(text: string): string {
    return /^\s*[[{]/.test(text)
      ? this.checkedJson('ToolOutput', text)
      : this.checked('ToolOutput', text)
  }

  /** There is text that cannot be looked at. Throws where a policy refuses such a call. */
  unreadable(phase: GuardPhase): void {
    for (const policy of this.#policies) {
      if (policy.failureMode === 'Open' || policy.isShadow) continue
      if (policy.guards.some(({ phases }) => phases.has(phase))) throw refusalOf(policy)
    }
  }

  get #restoring(): TextGuard {
    return {
      matcher: placeholderMatcher,
      passes: false,
      act: (found) => this.#masks.valueOf(found) ?? found,
    }
  }

  #act(
    { guard, policy }: CallGuard,
    phase: GuardPhase,
    found: string,
    { detector }: Finding,
  ): string {
    const { action } = guard
    const noted = policy.isShadow ? 'Shadow' : action.type
    this.#note({ policy: policy.key, guard: guard.name, phase, action: noted })
    if (policy.isShadow) return found
    switch (action.type) {
      case 'Annotate':
        return found
      case 'Reject':
        throw refusalOf(policy)
      case 'Replace':
        return action.with
      case 'Mask':
        // What the model has found itself is not the caller's.
        return this.#masks.mask(detector, found, action.reversible && this.#mayRestore(phase))
    }
  }

  /** Only what the caller of this very call has sent is its own. */
  #mayRestore(phase: GuardPhase): boolean {
    return this.#restoresValues && !this.#isAnswering && phase !== 'Knowledge'
  }

  #note(verdict: Omit<GuardrailNote, 'findings'>): void {
    const known = this.#notes.find(
      (one) =>
        one.policy === verdict.policy &&
        one.guard === verdict.guard &&
        one.phase === verdict.phase &&
        one.action === verdict.action,
    )
    if (known === undefined) this.#notes.push({ ...verdict, findings: 1 })
    else known.findings += 1
  }
}

function refusalOf({ refusal }: PreparedGuardrail): ModelError {
  return gatewayError.contentRejected(refusal)
}

function looksAtAnswers({ phases }: PreparedGuard): boolean {
  return phases.has('Output') || phases.has('ToolArguments')
}

/** How often each stands in a text. */
function placeholdersIn(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { end, start } of placeholderMatcher.find(text)) {
    const placeholder = text.slice(start, end)
    counts.set(placeholder, (counts.get(placeholder) ?? 0) + 1)
  }
  return counts
}
