import { compareText } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'
import type { ChildDeclaration } from './child-declaration.ts'
import { judged, takeAction, type ChildStep } from './child-step.ts'
import { decideChild, madeBefore, type ChildDecision } from './decide-child.ts'
import { failureOf, type Failure } from './failure.ts'
import type { ObservedChild } from './observed-child.ts'
import type { OwnerRun } from './owner-run.ts'
import { idOf } from './plan-child.ts'

/** A child after its reconcile, with what went wrong, and when to look again. */
export interface ReconciledChild extends ObservedChild<KubernetesObject> {
  readonly failures: readonly Failure[]
  readonly requeueAfterMs?: number
}

/**
 * Brings the objects of one child to what its declaration says, unless it waits for others. What
 * fails is told in the result; a write that somebody else preceded is thrown, as is what the signal
 * has aborted.
 */
export async function reconcileChild(
  declaration: ChildDeclaration,
  run: OwnerRun,
): Promise<ReconciledChild> {
  const { name, type } = declaration
  let decision: ChildDecision
  try {
    decision = await decideChild(declaration, run)
  } catch (error) {
    if (run.context.signal.aborted) throw error
    const failure = failureOf(`the child ${name}`, error, type)
    const ours = listed(madeBefore(declaration, run))
    return { state: 'failed', message: failure.message, ...ours, failures: [failure] }
  }
  if (decision.waitsFor !== undefined) {
    return waiting(name, decision.waitsFor, madeBefore(declaration, run))
  }
  const steps: ChildStep[] = []
  for (const action of decision.actions) steps.push(await takeAction(action, declaration, run))
  return summary(steps, decision.isWanted)
}

/** A child as it is, with nothing done about it. */
export function observeChild(declaration: ChildDeclaration, run: OwnerRun): ReconciledChild {
  const ours = madeBefore(declaration, run)
  return summary(
    ours.map((object) => judged(object, declaration)),
    ours.length > 0,
  )
}

function waiting(
  name: string,
  blocking: string,
  ours: readonly KubernetesObject[],
): ReconciledChild {
  const message = `${name} waits for ${blocking}`
  return { state: 'waiting', message, ...listed(ours), failures: [] }
}

/** A child by what has become of its objects. */
export function summary(steps: readonly ChildStep[], isWanted: boolean): ReconciledChild {
  const failures = steps.flatMap(({ failure }) => failure ?? [])
  const again = steps.flatMap(({ requeueAfterMs }) => requeueAfterMs ?? [])
  const objects = steps.flatMap(({ object }) => object ?? [])
  const state = worst(steps)
  return {
    state: state ?? (isWanted ? 'ready' : 'absent'),
    message: steps.find((one) => one.state === state)?.message ?? '',
    ...listed(objects),
    failures,
    ...(again.length === 0 ? {} : { requeueAfterMs: Math.min(...again) }),
  }
}

function worst(steps: readonly ChildStep[]): ChildStep['state'] | undefined {
  return (['failed', 'progressing'] as const).find((one) =>
    steps.some(({ state }) => state === one),
  )
}

function listed(unsorted: readonly KubernetesObject[]) {
  const objects = unsorted.toSorted((a, b) => compareText(idOf(a), idOf(b)))
  return { objects, object: objects[0] }
}
