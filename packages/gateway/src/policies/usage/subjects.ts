import { hash } from 'node:crypto'
import type { ConditionCompiler } from '@fairlead/cel'
import type { UsageSubject } from '@fairlead/snapshot'
import type { Caller } from '../../access/caller.ts'
import type { RoutedCall } from '../../routing/routed-call.ts'

/** A call as subjects are read from it. */
export interface SubjectSource {
  readonly routed: RoutedCall
  /** The person for whom the call is made, as its token or else its body says. */
  readonly endUser: () => string | undefined
  /** `namespace/name` of the LLMProvider that is asked; undefined before any is. */
  readonly provider: string | undefined
}

/** Whose counters a call is counted in: at least one, each a part of the key of a counter. */
export type Subjects = (source: SubjectSource) => readonly string[]

/** Of a call that has none. */
const nobody = '-'
const everybody: readonly string[] = ['']
/** Longer ones are hashed, so that a key has at most 512 characters. */
const subjectLengthMax = 110

/**
 * The subjects of a policy: each combination of its parts. An expression that cannot be evaluated
 * counts as no subject, and `onFailure` hears of it. Throws a `ConditionError` for one that does not
 * compile.
 */
export function subjectsOf(
  per: readonly UsageSubject[],
  conditions: ConditionCompiler,
  onFailure: (failure: string) => void,
): Subjects {
  if (per.length === 0) return () => everybody
  const parts = per.map((subject) => partOf(subject, conditions, onFailure))
  return (source) => combined(parts.map((part) => part(source)))
}

/**
 * The subjects of a policy for all that a caller may ask for; undefined where they depend on what it
 * asks for.
 */
export function callerSubjectsOf(
  per: readonly UsageSubject[],
): ((caller: Caller) => readonly string[] | undefined) | undefined {
  if (per.length === 0) return () => everybody
  const parts = per.map(({ by }) => (isOfCaller(by) ? by : undefined))
  if (!parts.every((by) => by !== undefined)) return undefined
  return (caller) => {
    // A body may name one.
    if (parts.includes('EndUser') && caller.endUser === undefined) return undefined
    return combined(parts.map((by) => ofCaller[by](caller, caller.endUser)))
  }
}

/** Each combination of a value of each part. */
function combined(parts: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...further] = parts
  let subjects = first
  for (const values of further) {
    subjects = subjects.flatMap((left) => values.map((right) => `${left}/${right}`))
  }
  return subjects.map(shortened)
}

type Part = (source: SubjectSource) => readonly string[]

/** What callers are counted by, whatever they ask for. */
const ofCaller = {
  Consumer: (caller: Caller) => [consumerOf(caller)],
  Key: (caller: Caller) => [`${consumerOf(caller)}/${escaped(caller.keyName)}`],
  Group: ({ groups }: Caller) => (groups.size === 0 ? [nobody] : Array.from(groups, escaped)),
  EndUser: (_caller: Caller, endUser: string | undefined) => [escaped(endUser)],
}

function isOfCaller(by: UsageSubject['by']): by is keyof typeof ofCaller {
  return Object.hasOwn(ofCaller, by)
}

function partOf(
  subject: UsageSubject,
  conditions: ConditionCompiler,
  onFailure: (failure: string) => void,
): Part {
  switch (subject.by) {
    case 'Consumer':
    case 'Key':
    case 'Group': {
      const part = ofCaller[subject.by]
      return ({ routed }) => part(routed.caller)
    }
    case 'EndUser':
      return ({ endUser, routed }) => ofCaller.EndUser(routed.caller, endUser())
    case 'Model':
      return ({ routed }) => [escaped(routed.model)]
    case 'Provider':
      return ({ provider }) => [provider ?? nobody]
    case 'CEL': {
      const expression = conditions.compileText(subject.cel)
      return ({ routed }) => {
        const { text, failure } = expression.evaluate(routed.content.bindings)
        if (failure !== undefined) onFailure(failure)
        return [escaped(text)]
      }
    }
  }
}

/** A caller that is known by its token alone is told from others by its tenant. */
function consumerOf({ consumer, tenant }: Caller): string {
  if (consumer !== '') return consumer
  return tenant === '' ? nobody : escaped(tenant)
}

/**
 * A value in which no slash is, so that no two combinations have one key, and which is not taken for
 * that of calls without one.
 */
function escaped(value: string | undefined): string {
  if (value === undefined || value === '') return nobody
  if (value === nobody) return '%2D'
  return /^[\w.@:+=-]+$/.test(value) ? value : encodeURIComponent(value.toWellFormed())
}

function shortened(subject: string): string {
  if (subject.length <= subjectLengthMax) return subject
  return `sha256:${hash('sha256', subject, 'hex').slice(0, 40)}`
}
