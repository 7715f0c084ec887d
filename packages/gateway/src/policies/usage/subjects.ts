import { hash } from 'node:crypto'
import type { ConditionCompiler } from '@fairlead/cel'
import type { UsageSubject } from '@fairlead/snapshot'
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
  return (source) => {
    let subjects = everybody
    for (const [index, part] of parts.entries()) {
      const values = part(source)
      subjects =
        index === 0 ? values : subjects.flatMap((left) => values.map((right) => `${left}/${right}`))
    }
    return subjects.map(shortened)
  }
}

type Part = (source: SubjectSource) => readonly string[]

function partOf(
  subject: UsageSubject,
  conditions: ConditionCompiler,
  onFailure: (failure: string) => void,
): Part {
  switch (subject.by) {
    case 'Consumer':
      return ({ routed }) => [consumerOf(routed)]
    case 'Key':
      return ({ routed }) => [`${consumerOf(routed)}/${escaped(routed.caller.keyName)}`]
    case 'Group':
      return ({ routed: { caller } }) =>
        caller.groups.size === 0 ? [nobody] : Array.from(caller.groups, escaped)
    case 'EndUser':
      return ({ endUser }) => [escaped(endUser())]
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
function consumerOf({ caller }: RoutedCall): string {
  if (caller.consumer !== '') return caller.consumer
  return caller.tenant === '' ? nobody : escaped(caller.tenant)
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
