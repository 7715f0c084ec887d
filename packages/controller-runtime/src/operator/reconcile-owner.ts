import { type Clock, objectOrEmpty } from '@fairlead/base'
import { timestamp } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'
import type { Client } from '../client/client.ts'
import type { ReconcileContext, Request, Result } from '../controller/reconcile.ts'
import type { EventRecorder } from '../events/event-recorder.ts'
import { isBeingDeleted } from '../finalizer.ts'
import { keyText } from '../object-key.ts'
import type { AppliedObjects } from './applied-objects.ts'
import { deleteUndeclared } from './delete-children.ts'
import { errorOf, failureOf, isStale, tellFailures, type Failure } from './failure.ts'
import { addFinalizers, dueFinalizers, removeFinalizer } from './finalizers.ts'
import type { CleanUp, OperatorDeclaration } from './operator-declaration.ts'
import { cachedObjects } from './owner-objects.ts'
import { hasField, ownerStatus, statusId, writeStatus } from './owner-status.ts'
import type { OwnerRun } from './owner-run.ts'
import { observeChild, reconcileChild, type ReconciledChild } from './reconcile-child.ts'
import { standardConditions } from './standard-conditions.ts'

/** What an operator runs on. */
interface OperatorEnvironment {
  readonly client: Client
  readonly cache: Cache
  readonly clock: Clock
  readonly recorder: Pick<EventRecorder, 'event'>
  readonly applied: AppliedObjects
}

type Children = Record<string, ReconciledChild>

/**
 * One reconcile of an owner: its finalizers, its children in the order of their declaration, its
 * author's function, its status. An owner that is being deleted is cleaned up instead.
 */
export async function reconcileOwner(
  operator: OperatorDeclaration,
  environment: OperatorEnvironment,
  request: Request,
  context: ReconcileContext,
): Promise<Result> {
  const found = environment.cache.get(operator.ownerType, request)
  if (found === undefined) {
    environment.applied.forget(keyText(request))
    return {}
  }
  const children: Children = {}
  const run = openRun(operator, environment, found, context, children)
  if (isBeingDeleted(run.owner)) return cleanUpOwner(operator, environment, run, children)
  const held = { ...run, owner: await addFinalizers(operator.finalizers, run) }
  for (const declaration of operator.children) {
    children[declaration.name] = await reconcileChild(declaration, held)
  }
  const failures = Object.values(children).flatMap((child) => child.failures)
  const results: Result[] = Object.values(children)
  await collect(failures, 'what is no longer declared', held, () =>
    deleteUndeclared(operator.children, held),
  )
  await collect(failures, 'the function of reconcile()', held, async () => {
    results.push((await operator.reconcile?.(held.owner, held.context)) ?? {})
  })
  await tellStatus(operator, environment, held, children, failures)
  if (failures.length > 0) throw errorOf(failures)
  forgetOthers(held, children)
  return next([
    ...results,
    operator.everyMs === undefined ? {} : { requeueAfterMs: operator.everyMs },
  ])
}

function openRun(
  { controller, fieldManager, ownerType }: OperatorDeclaration,
  { client, cache, applied, recorder }: OperatorEnvironment,
  found: unknown,
  { log, signal }: ReconcileContext,
  children: Children,
): OwnerRun {
  // What the cache returns is frozen, and nothing here changes it.
  const owner = found as OwnerRun['owner']
  const { namespace, name = '' } = owner.metadata
  return {
    controller,
    fieldManager,
    ownerType,
    owner,
    key: keyText({ ...(namespace === undefined ? {} : { namespace }), name }),
    objects: cachedObjects(cache, controller, owner),
    applied,
    claimed: new Map(),
    context: {
      client,
      cache,
      log,
      signal,
      children,
      event: (recorded) => recorder.event(owner, recorded),
    },
  }
}

/** Runs the cleanups that are due, up to the first that is not done. */
async function cleanUpOwner(
  operator: OperatorDeclaration,
  environment: OperatorEnvironment,
  run: OwnerRun,
  children: Children,
): Promise<Result> {
  for (const declaration of operator.children) {
    children[declaration.name] = observeChild(declaration, run)
  }
  const failures: Failure[] = []
  let { owner } = run
  for (const { finalizer, cleanUp } of dueFinalizers(operator.finalizers, owner)) {
    let answer: CleanUp = { isDone: false, result: {} }
    await collect(failures, `the finalizer ${finalizer}`, run, async () => {
      answer = await cleanUp({ ...run, owner })
      if (answer.isDone) owner = await removeFinalizer(finalizer, { ...run, owner })
    })
    if (failures.length > 0) break
    if (!answer.isDone) {
      await tellStatus(operator, environment, { ...run, owner }, children, failures)
      if (failures.length > 0) throw errorOf(failures)
      return answer.result
    }
    run.context.log.info({ finalizer }, 'cleaned up')
  }
  if (failures.length === 0) return {}
  await tellStatus(operator, environment, run, children, failures)
  throw errorOf(failures)
}

/** Does the work; adds what fails, but not what is tried again in silence. */
async function collect(
  failures: Failure[],
  what: string,
  { context }: OwnerRun,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (context.signal.aborted || isStale(error)) throw error
    failures.push(failureOf(what, error))
  }
}

async function tellStatus(
  { status, schema, children: declared }: OperatorDeclaration,
  { clock }: OperatorEnvironment,
  run: OwnerRun,
  children: Children,
  failures: Failure[],
): Promise<void> {
  const { owner, context } = run
  if (failures.length > 0) {
    context.event({ type: 'Warning', reason: 'ReconcileFailed', note: tellFailures(failures) })
  }
  const isKnown = schema !== undefined && hasField(schema, 'conditions')
  if (status === undefined && !isKnown) return
  const { generation } = owner.metadata
  const standard = standardConditions(
    declared.flatMap(({ name }) => children[name] ?? []),
    failures,
    generation,
  )
  const ready = standard.some(({ type, status: is }) => type === 'Ready' && is === 'True')
  const error = failures.length > 0 ? errorOf(failures) : undefined
  await collect(failures, 'the status', run, async () => {
    const own = objectOrEmpty(await status?.(owner, { children, ready, error }))
    const now = timestamp(clock.now())
    await writeStatus(ownerStatus(owner, { own, standard, now, schema }), run)
  })
}

/** What was applied once and is not desired any more need not be remembered. */
function forgetOthers({ applied, key, claimed }: OwnerRun, children: Children): void {
  if (Object.values(children).some(({ state }) => state === 'waiting')) return
  applied.keepOnly(key, new Set([...claimed.keys(), statusId]))
}

/** The earliest of what was asked for. */
function next(results: readonly Result[]): Result {
  const due = results.filter(({ requeueAfterMs }) => requeueAfterMs !== undefined)
  const [first] = due.toSorted((a, b) => (a.requeueAfterMs ?? 0) - (b.requeueAfterMs ?? 0))
  if (first === undefined) return {}
  const { requeueAfterMs, priority } = first
  return {
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
    ...(priority === undefined ? {} : { priority }),
  }
}
