import type { KubernetesObject } from '@fairlead/kube-core'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizer.ts'
import { keyOf } from '../object-key.ts'
import type { FinalizerDeclaration } from './operator-declaration.ts'
import type { OwnerRun } from './owner-run.ts'

/** The owner with all of the finalizers: those that it lacks are added, in one write. */
export async function addFinalizers(
  finalizers: readonly FinalizerDeclaration[],
  run: OwnerRun,
): Promise<KubernetesObject> {
  const held = finalizers.reduce((one, { finalizer }) => withFinalizer(one, finalizer), run.owner)
  return held === run.owner ? held : writeFinalizers(held, run)
}

/** Those that the owner still has, in the order in which their cleanups are due: the last first. */
export function dueFinalizers(
  finalizers: readonly FinalizerDeclaration[],
  owner: KubernetesObject,
): readonly FinalizerDeclaration[] {
  return finalizers.toReversed().filter(({ finalizer }) => hasFinalizer(owner, finalizer))
}

/** The owner without the finalizer, which is written. */
export function removeFinalizer(finalizer: string, run: OwnerRun): Promise<KubernetesObject> {
  return writeFinalizers(withoutFinalizer(run.owner, finalizer), run)
}

/** Writes the list, unless somebody else has written the object meanwhile: it is theirs too. */
async function writeFinalizers(
  owner: KubernetesObject,
  { ownerType, fieldManager, context }: OwnerRun,
): Promise<KubernetesObject> {
  const { client, signal } = context
  const { resourceVersion, finalizers = [] } = owner.metadata
  const body = { metadata: { resourceVersion, finalizers } }
  const patch = { type: 'merge', body } as const
  return client.patch(ownerType, keyOf(owner), patch, { fieldManager, signal })
}
