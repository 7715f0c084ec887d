import type { ConditionCompiler } from '@fairlead/cel'
import type { UsagePolicySettings } from '@fairlead/snapshot'
import type { Caller } from '../../access/caller.ts'
import type { RoutedCall } from '../../routing/routed-call.ts'
import { callerConditions, type PolicyCondition, policyConditions } from '../policy-match.ts'
import { PolicyCounters, preparedLimits } from './prepared-limit.ts'
import { callerSubjectsOf, type Subjects, subjectsOf } from './subjects.ts'

/** Hears of each expression of a policy, `namespace/name`, that could not be evaluated. */
export type OnExpressionFailure = (policy: string, failure: string) => void

type Kept =
  | 'charges'
  | 'mode'
  | 'name'
  | 'namespace'
  | 'onExceeded'
  | 'onStoreFailure'
  | 'reservation'
  | 'targets'

/** A UsagePolicy as calls are admitted by it. */
export interface PreparedPolicy extends Pick<UsagePolicySettings, Kept> {
  /** `namespace/name`; for the limits of an LLMProvider `LLMProvider/namespace/name`. */
  readonly key: string
  readonly isShadow: boolean
  /** Whether it is about who is asked, so that each attempt is counted and not the call. */
  readonly countsAttempts: boolean
  /** Whether it is told how far its running calls may go beyond what they have claimed. */
  readonly tellsExcess: boolean
  /** Whether some limit is of more than calls. */
  readonly needsDemand: boolean
  readonly counters: PolicyCounters
  readonly subjects: Subjects
  /** Whether its `match` holds. */
  matches(call: RoutedCall): boolean
  /**
   * The subjects in which a caller is counted whatever it asks for: none where its `match` does not
   * hold. Undefined where that depends on what is asked for.
   */
  readonly subjectsOfCaller: ((caller: Caller) => readonly string[] | undefined) | undefined
}

/** Throws a `ConditionError` for an expression that does not compile. */
export function preparePolicy(
  settings: UsagePolicySettings,
  conditions: ConditionCompiler,
  onFailure: OnExpressionFailure,
): PreparedPolicy {
  const key = `${settings.namespace}/${settings.name}`
  const failed = (failure: string) => onFailure(key, failure)
  const { match, per, targets } = settings
  const matching = policyConditions(match, conditions, failed)
  return {
    ...settings,
    ...countedBy(key, settings),
    countsAttempts:
      per.some(({ by }) => by === 'Provider') || targets.some(({ kind }) => kind === 'LLMProvider'),
    tellsExcess: settings.reservation === 'Expected',
    subjects: subjectsOf(per, conditions, failed),
    matches: (call) => matching.every((holds: PolicyCondition) => holds(call)),
    subjectsOfCaller: callerSubjects(settings),
  }
}

function callerSubjects({
  match,
  per,
}: Pick<UsagePolicySettings, 'match' | 'per'>): PreparedPolicy['subjectsOfCaller'] {
  const { cel, headers, models } = match
  if (models.length > 0 || headers.length > 0 || cel !== '') return undefined
  const conditions = callerConditions(match)
  const subjects = callerSubjectsOf(per)
  return (
    subjects && ((caller) => (conditions.every((holds) => holds(caller)) ? subjects(caller) : []))
  )
}

/** What follows from its key and limits. */
export function countedBy(
  key: string,
  settings: Pick<UsagePolicySettings, 'concurrency' | 'limits' | 'mode'>,
): Pick<PreparedPolicy, 'counters' | 'isShadow' | 'key' | 'needsDemand'> {
  return {
    key,
    isShadow: settings.mode === 'Shadow',
    needsDemand: settings.limits.some(({ measure }) => measure !== 'Requests'),
    counters: new PolicyCounters(preparedLimits(key, settings)),
  }
}
