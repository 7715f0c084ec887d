import type { Condition } from '@fairlead/kube-core'
import { tellFailures, type Failure } from './failure.ts'
import type { ObservedChild } from './observed-child.ts'

/** A condition to be set: when its status last changed is found out by comparison. */
export type NewCondition = Omit<Condition, 'lastTransitionTime'>

const toldLimit = 5

/**
 * What can be said of any owner: whether all of its children are as desired and ready (`Ready`),
 * whether something is on its way (`Progressing`), and whether something has failed (`Degraded`).
 */
export function standardConditions(
  children: readonly ObservedChild[],
  failures: readonly Failure[],
  observedGeneration: number | undefined,
): readonly NewCondition[] {
  const generation = observedGeneration === undefined ? {} : { observedGeneration }
  const broken = children.filter(({ state }) => state === 'failed')
  const moving = children.filter(({ state }) => state === 'progressing' || state === 'waiting')
  const failing = tellFailing(broken, failures)
  const pending = tell(moving)
  const asExpected = { status: 'False', reason: 'AsExpected', message: '' } as const
  const ready =
    failing ??
    (moving.length > 0
      ? { reason: 'ChildrenNotReady', message: pending }
      : { reason: 'AsExpected', message: '' })
  const isReady = failing === undefined && moving.length === 0
  return [
    { type: 'Ready', status: isReady ? 'True' : 'False', ...ready },
    moving.length > 0
      ? {
          type: 'Progressing',
          status: 'True' as const,
          reason: 'ChildrenNotReady',
          message: pending,
        }
      : { type: 'Progressing', ...asExpected },
    failing === undefined
      ? { type: 'Degraded', ...asExpected }
      : { type: 'Degraded', status: 'True' as const, ...failing },
  ].map((condition) => ({ ...condition, ...generation }) as NewCondition)
}

function tellFailing(broken: readonly ObservedChild[], failures: readonly Failure[]) {
  if (broken.length > 0) {
    const others = failures.filter(({ message }) => !broken.some((one) => one.message === message))
    const message = [tell(broken), ...(others.length > 0 ? [tellFailures(others)] : [])].join('; ')
    return { reason: 'ChildrenFailed', message }
  }
  if (failures.length > 0) return { reason: 'ReconcileFailed', message: tellFailures(failures) }
  return undefined
}

function tell(children: readonly ObservedChild[]): string {
  const told = children.slice(0, toldLimit).map(({ message }) => message)
  const more = children.length - told.length
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}
