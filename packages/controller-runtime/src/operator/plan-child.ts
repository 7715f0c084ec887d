import { type KubernetesObject, parseApiVersion } from '@fairlead/kube-core'
import { AlreadyOwnedError, controllerOf } from '../owner-reference.ts'
import { keyOf, keyText } from '../object-key.ts'
import { appliedHash, isControlledBy } from './child-identity.ts'
import { covers } from './owned-part.ts'

/** What is to be done about one object. */
export type ChildAction =
  | { readonly verb: 'apply'; readonly cause: ApplyCause; readonly desired: KubernetesObject }
  | { readonly verb: 'keep'; readonly desired: KubernetesObject; readonly actual: KubernetesObject }
  | { readonly verb: 'delete'; readonly actual: KubernetesObject }
  | { readonly verb: 'wait'; readonly actual: KubernetesObject; readonly message: string }
  | { readonly verb: 'refuse'; readonly error: Error }

/** Why an object is applied: it does not exist, is to be another, or others have changed it. */
export type ApplyCause = 'missing' | 'changed' | 'drifted'

interface ChildSituation {
  readonly owner: KubernetesObject
  readonly adopt: boolean
  readonly desired: readonly KubernetesObject[]
  /** What exists of this declaration, controlled by the owner. */
  readonly ours: readonly KubernetesObject[]
  /** What exists under the name of a desired object, whoever it belongs to. */
  readonly named: (desired: KubernetesObject) => KubernetesObject | undefined
  /** Whether it still has what this process applied; undefined if that is not known. */
  readonly isIntact: (desired: KubernetesObject, actual: KubernetesObject) => boolean | undefined
}

/**
 * What is to be done about the objects of one declaration: those that are desired, in their order,
 * then those that no longer are. Reads nothing but what it is given, and does nothing.
 */
export function planChild(situation: ChildSituation): readonly ChildAction[] {
  const { desired, ours } = situation
  const names = new Set(desired.map(idOf))
  const surplus = ours.filter((one) => !names.has(idOf(one)))
  return [...desired.map((one) => planDesired(one, situation)), ...surplus.map(planSurplus)]
}

/** The key of an object as text. */
export function idOf(object: KubernetesObject): string {
  return keyText(keyOf(object))
}

function planDesired(desired: KubernetesObject, situation: ChildSituation): ChildAction {
  const { owner, adopt, named, isIntact } = situation
  const actual = named(desired)
  if (actual === undefined) return { verb: 'apply', cause: 'missing', desired }
  const what = `${actual.kind} ${idOf(actual)}`
  if (actual.metadata.deletionTimestamp !== undefined) {
    return { verb: 'wait', actual, message: `${what} is being deleted, and will be made anew` }
  }
  if (!isControlledBy(actual, owner)) {
    if (isOfEarlierOwner(actual, owner)) {
      const message = `${what} belongs to an earlier ${owner.kind} of this name: it is garbage`
      return { verb: 'wait', actual, message }
    }
    const error = foreign(actual, what, adopt)
    if (error !== undefined) return { verb: 'refuse', error }
  }
  if (appliedHash(actual) !== appliedHash(desired)) {
    return { verb: 'apply', cause: 'changed', desired }
  }
  const isAsDesired = isIntact(desired, actual) ?? covers(desired, actual)
  return isAsDesired
    ? { verb: 'keep', desired, actual }
    : { verb: 'apply', cause: 'drifted', desired }
}

function planSurplus(actual: KubernetesObject): ChildAction {
  if (actual.metadata.deletionTimestamp === undefined) return { verb: 'delete', actual }
  return { verb: 'wait', actual, message: `${actual.kind} ${idOf(actual)} is being deleted` }
}

function isOfEarlierOwner(actual: KubernetesObject, owner: KubernetesObject): boolean {
  const reference = controllerOf(actual)
  return (
    reference?.kind === owner.kind &&
    reference.name === owner.metadata.name &&
    groupOf(reference) === groupOf(owner)
  )
}

function groupOf({ apiVersion }: { readonly apiVersion: string }): string {
  return parseApiVersion(apiVersion).group
}

/** Why an object that the owner does not control must be left alone, unless it may be adopted. */
function foreign(actual: KubernetesObject, what: string, adopt: boolean): Error | undefined {
  const reference = controllerOf(actual)
  if (reference !== undefined) return new AlreadyOwnedError(actual, reference)
  if (adopt) return undefined
  return new Error(
    `${what} already exists and is nobody's: delete it, give the child another name, or declare ` +
      'the child with `adopt: true`',
  )
}
