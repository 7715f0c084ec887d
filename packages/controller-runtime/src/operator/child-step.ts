import { isNotFound, type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import type { ApplyOf } from '../apply-of.ts'
import { keyOf } from '../object-key.ts'
import { againMs } from './applied-objects.ts'
import { comparison, recordId } from './child-record.ts'
import type { ChildDeclaration, OperatorContext } from './child-declaration.ts'
import { failureOf, isOfLeavingNamespace, isStale, type Failure } from './failure.ts'
import type { OwnerRun } from './owner-run.ts'
import { idOf, type ApplyCause, type ChildAction } from './plan-child.ts'
import { readinessOf } from './readiness.ts'

/** What has become of one object of a child. */
export interface ChildStep {
  /** As it is now; undefined if it is gone, or could not be made. */
  readonly object?: KubernetesObject
  readonly state: 'ready' | 'progressing' | 'failed'
  readonly message: string
  readonly failure?: Failure
  readonly requeueAfterMs?: number
}

/**
 * Does what was planned about one object. What the server refuses is told in the result; a write that
 * somebody else preceded is thrown, as is what the signal has aborted.
 */
export async function takeAction(
  action: ChildAction,
  declaration: ChildDeclaration,
  run: OwnerRun,
): Promise<ChildStep> {
  const { name, type } = declaration
  switch (action.verb) {
    case 'keep': {
      const { desired, actual } = action
      run.applied.record(run.key, recordId(type, desired), comparison(desired, actual))
      return judged(actual, declaration)
    }
    case 'wait':
      return { object: action.actual, state: 'progressing', message: action.message }
    case 'refuse':
      return failed(failureOf(`the child ${name}`, action.error))
    case 'delete':
      return attempt(action.actual, type, run, () => remove(action.actual, declaration, run))
    case 'apply':
      return attempt(action.desired, type, run, () => apply(action, declaration, run))
  }
}

/** Deletes just this version of the object, and resolves with what finalizers keep of it. */
export async function deleteObject(
  object: KubernetesObject,
  type: ResourceType<KubernetesObject>,
  { client, signal }: Pick<OperatorContext, 'client' | 'signal'>,
): Promise<KubernetesObject | undefined> {
  const { uid, resourceVersion } = object.metadata
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
  try {
    const deletion = await client.delete(type, keyOf(object), {
      preconditions,
      propagationPolicy: 'Background',
      signal,
    })
    return (deletion ?? undefined)?.remaining as KubernetesObject | undefined
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function attempt(
  object: KubernetesObject,
  type: ResourceType,
  { context }: OwnerRun,
  work: () => Promise<ChildStep>,
): Promise<ChildStep> {
  try {
    return await work()
  } catch (error) {
    if (context.signal.aborted || isStale(error)) throw error
    if (isOfLeavingNamespace(error)) {
      return { state: 'progressing', message: 'the namespace is being deleted' }
    }
    return failed(failureOf(`${type.kind} ${idOf(object)}`, error, type))
  }
}

async function apply(
  { desired, cause }: { readonly desired: KubernetesObject; readonly cause: ApplyCause },
  declaration: ChildDeclaration,
  { context, applied, key, owner, fieldManager }: OwnerRun,
): Promise<ChildStep> {
  const { name: child, type, force } = declaration
  const id = recordId(type, desired)
  const what = `${type.kind} ${idOf(desired)}`
  if (!applied.mayApply(key, id, owner.metadata.generation)) return contested(what, child, context)
  const configuration = desired as ApplyOf<KubernetesObject>
  const { signal } = context
  const stored = await context.client.apply(type, configuration, { fieldManager, force, signal })
  applied.record(key, id, comparison(desired, stored))
  context.log.info({ child, cause }, `applied ${what}`)
  if (cause === 'missing')
    context.event({ type: 'Normal', reason: 'Created', note: `Created ${what}` })
  if (cause === 'drifted') {
    const note = `Repaired ${what}, which had been changed`
    context.event({ type: 'Normal', reason: 'Repaired', note })
  }
  return judged(stored, declaration)
}

function contested(what: string, child: string, { log, event }: OperatorContext): ChildStep {
  const message =
    `${what} does not stay as it was applied: something else changes it, or what is desired ` +
    'differs at every call'
  log.warn({ child }, message)
  event({ type: 'Warning', reason: 'ChildContested', note: message })
  return { state: 'progressing', message, requeueAfterMs: againMs }
}

async function remove(
  object: KubernetesObject,
  { name, type }: ChildDeclaration,
  { context }: OwnerRun,
): Promise<ChildStep> {
  const what = `${type.kind} ${idOf(object)}`
  const remaining = await deleteObject(object, type, context)
  context.log.info({ child: name }, `deleted ${what}`)
  context.event({ type: 'Normal', reason: 'Deleted', note: `Deleted ${what}` })
  if (remaining === undefined) return { state: 'ready', message: '' }
  return { object: remaining, state: 'progressing', message: `${what} is being deleted` }
}

function failed(failure: Failure): ChildStep {
  return { state: 'failed', message: failure.message, failure }
}

/** An object that is as desired, by its readiness. */
export function judged(object: KubernetesObject, { type, ready }: ChildDeclaration): ChildStep {
  const { state, message } =
    ready === undefined ? readinessOf(object) : byOwnJudgement(ready(object))
  return {
    object,
    state,
    message: message === '' ? '' : `${type.kind} ${idOf(object)}: ${message}`,
  }
}

function byOwnJudgement(isReady: boolean) {
  return isReady
    ? { state: 'ready' as const, message: '' }
    : { state: 'progressing' as const, message: 'it is not ready yet' }
}
