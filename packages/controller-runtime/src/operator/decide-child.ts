import type { KubernetesObject } from '@fairlead/kube-core'
import { comparison, recordId } from './child-record.ts'
import { childNameOf } from './child-identity.ts'
import type { ChildDeclaration } from './child-declaration.ts'
import { desiredChild } from './desired-child.ts'
import { letsPass } from './observed-child.ts'
import type { OwnerRun } from './owner-run.ts'
import { idOf, planChild, type ChildAction } from './plan-child.ts'

/** What is to be done about a child, or which other it waits for. */
export type ChildDecision =
  | { readonly waitsFor: string }
  | {
      readonly waitsFor: undefined
      readonly actions: readonly ChildAction[]
      readonly isWanted: boolean
    }

/** Asks the functions of the declaration, and compares what they want with what there is. */
export async function decideChild(
  declaration: ChildDeclaration,
  run: OwnerRun,
): Promise<ChildDecision> {
  const { type, adopt } = declaration
  const { owner, context, objects, applied, key } = run
  const isWanted = await declaration.isWanted(owner, context)
  const waitsFor = isWanted ? blockedBy(declaration, run) : undefined
  if (waitsFor !== undefined) return { waitsFor }
  const desired = isWanted ? await desiredObjects(declaration, run) : []
  const actions = planChild({
    owner,
    adopt,
    desired,
    ours: madeBefore(declaration, run),
    named: (one) => objects.named(type, one),
    isIntact: (one, actual) => applied.isIntact(key, recordId(type, one), comparison(one, actual)),
  })
  return { waitsFor, actions, isWanted: desired.length > 0 }
}

/** The objects of the child that exist, controlled by the owner. */
export function madeBefore(
  { name, type }: Pick<ChildDeclaration, 'name' | 'type'>,
  { controller, objects }: OwnerRun,
): readonly KubernetesObject[] {
  return objects.controlled(type).filter((object) => childNameOf(controller, object) === name)
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
