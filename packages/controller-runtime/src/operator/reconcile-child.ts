import { compareText } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'
import { keyOf } from '../object-key.ts'
import { childNameOf } from './child-identity.ts'
import { comparison, judged, recordId, takeAction, type ChildStep } from './child-step.ts'
import type { ChildDeclaration } from './child-declaration.ts'
import { desiredChild } from './desired-child.ts'
import { failureOf, type Failure } from './failure.ts'
import { letsPass, type ObservedChild } from './observed-child.ts'
import { controlledObjects, type OwnerRun } from './owner-run.ts'
import { idOf, planChild } from './plan-child.ts'

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
  const { name, type, adopt } = declaration
  const { owner, context, applied, key } = run
  const ours = madeBefore(declaration, run)
  let desired: readonly KubernetesObject[] = []
  try {
    if (await declaration.isWanted(owner, context)) {
      const blocking = blockedBy(declaration, run)
      if (blocking !== undefined) return waiting(name, blocking, ours)
      desired = await desiredObjects(declaration, run)
    }
  } catch (error) {
    if (context.signal.aborted) throw error
    const failure = failureOf(`the child ${name}`, error, type)
    return { state: 'failed', message: failure.message, ...listed(ours), failures: [failure] }
  }
  const actions = planChild({
    owner,
    adopt,
    desired,
    ours,
    named: (one) => context.cache.get(type, keyOf(one)),
    isIntact: (one, actual) => applied.isIntact(key, recordId(type, one), comparison(one, actual)),
  })
  const steps: ChildStep[] = []
  for (const action of actions) steps.push(await takeAction(action, declaration, run))
  return summary(steps, desired.length > 0)
}

/** A child as it is, with nothing done about it. */
export function observeChild(declaration: ChildDeclaration, run: OwnerRun): ReconciledChild {
  const ours = madeBefore(declaration, run)
  return summary(
    ours.map((object) => judged(object, declaration)),
    ours.length > 0,
  )
}

function madeBefore({ name, type }: ChildDeclaration, run: OwnerRun): readonly KubernetesObject[] {
  return controlledObjects(run, type).filter(
    (object) => childNameOf(run.controller, object) === name,
  )
}

async function desiredObjects(
  declaration: ChildDeclaration,
  { controller, ownerType, owner, context, claimed }: OwnerRun,
): Promise<readonly KubernetesObject[]> {
  const { name, type } = declaration
  const declared = await declaration.desired(owner, context)
  const place = { controller, child: name, type, ownerType, owner }
  const desired = declared.map((one) => desiredChild(one, place))
  for (const one of desired) {
    const id = recordId(type, one)
    const other = claimed.get(id)
    if (other !== undefined) {
      throw new TypeError(`${type.kind} ${idOf(one)} is desired twice, also by the child ${other}`)
    }
    claimed.set(id, name)
  }
  return desired
}

/** The first of those it comes after that is not ready. */
function blockedBy({ after }: ChildDeclaration, { context }: OwnerRun): string | undefined {
  return after.find((name) => {
    const other = context.children[name]
    return other === undefined || !letsPass(other)
  })
}

function waiting(
  name: string,
  blocking: string,
  ours: readonly KubernetesObject[],
): ReconciledChild {
  const message = `${name} waits for ${blocking}`
  return { state: 'waiting', message, ...listed(ours), failures: [] }
}

function summary(steps: readonly ChildStep[], isWanted: boolean): ReconciledChild {
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
