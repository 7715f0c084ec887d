import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import { childNameOf } from './child-identity.ts'
import { deleteObject } from './child-step.ts'
import type { ChildDeclaration } from './child-declaration.ts'
import { madeBefore } from './decide-child.ts'
import type { OwnerRun } from './owner-run.ts'
import { idOf } from './plan-child.ts'

/** The finalizer that keeps an owner until its children have gone, the last declared first. */
export const childrenFinalizer = 'operator.fairlead.dev/children'

/**
 * Deletes the objects of the last child that still has some, and resolves with what it waits for;
 * undefined when none is left.
 */
export async function deleteLastChildren(
  declarations: readonly ChildDeclaration[],
  run: OwnerRun,
): Promise<string | undefined> {
  for (const declaration of declarations.toReversed()) {
    const { type } = declaration
    const left = madeBefore(declaration, run)
    const remaining: KubernetesObject[] = []
    for (const object of left) {
      const kept =
        object.metadata.deletionTimestamp === undefined
          ? await deleteObject(object, type, run.context)
          : object
      if (kept !== undefined) remaining.push(kept)
    }
    const [first] = remaining
    if (first !== undefined) return `${type.kind} ${idOf(first)} is being deleted`
  }
  return undefined
}

/** Deletes what declarations that are gone from the program have left, of the kinds that are not. */
export async function deleteUndeclared(
  declarations: readonly ChildDeclaration[],
  run: OwnerRun,
): Promise<void> {
  const names = new Set(declarations.map(({ name }) => name))
  for (const type of kindsOf(declarations)) {
    for (const object of run.objects.controlled(type)) {
      const name = childNameOf(run.controller, object)
      if (name === undefined || names.has(name)) continue
      if (object.metadata.deletionTimestamp !== undefined) continue
      await deleteObject(object, type, run.context)
      run.context.log.info({ child: name }, `deleted ${type.kind} ${idOf(object)}`)
    }
  }
}

/** The kinds of the children, each once. */
export function kindsOf(
  declarations: readonly { readonly type: ResourceType<KubernetesObject> }[],
): readonly ResourceType<KubernetesObject>[] {
  const byName = new Map(
    declarations.map(({ type }) => [`${type.group}/${type.version}/${type.kind}`, type]),
  )
  return [...byName.values()]
}
