import type { ControllerWork, Manager } from '@fairlead/controller-runtime'

/** Which requests of a queue count as work that is still to be done. */
export interface WorkOptions {
  /**
   * Whether requests count that a reconcile asked for after a time (`requeueAfterMs`). Defaults to
   * false: they are for later.
   */
  readonly includeDelayed?: boolean
  /** Whether requests count that wait because their reconcile failed. Defaults to true. */
  readonly includeRetries?: boolean
}

const shownMax = 5

/** What the controllers of the manager have yet to do, in sentences; empty when they are idle. */
export function unfinishedWork(manager: Manager, options: WorkOptions = {}): readonly string[] {
  return manager.work.flatMap((work) => unfinishedOf(work, manager, options))
}

/** How many reconciles its controllers have begun. */
export function begunReconciles(manager: Manager): number {
  return manager.work.reduce((sum, { reconciles }) => sum + reconciles, 0)
}

type HeldRequest = NonNullable<ControllerWork['requests']>[number]

function unfinishedOf(
  { controller, started, undelivered, requests }: ControllerWork,
  manager: Manager,
  { includeDelayed = false, includeRetries = true }: WorkOptions,
): readonly string[] {
  const name = `controller ${controller}`
  if (!started) {
    return [`${name} has not started${manager.elected ? '' : ', for this replica does not lead'}`]
  }
  if (requests === undefined) {
    throw new Error(
      `nobody can tell whether ${name} is done, for its queue has no method \`contents\`: let newQueue return a WorkQueue, or give the queue that method`,
    )
  }
  const counting = requests.filter(
    ({ state, isRetry }) => state !== 'waiting' || (isRetry ? includeRetries : includeDelayed),
  )
  const left = counting.slice(0, shownMax).map((request) => described(controller, request, manager))
  const more = counting.length - left.length
  return [
    ...(undelivered === 0
      ? []
      : [`${name}: events whose handlers are not done, or threw: ${undelivered}`]),
    ...left.map((what) => `${name}: ${what}`),
    ...(more === 0 ? [] : [`${name}: ${more} more requests`]),
  ]
}

function described(
  controller: string,
  { key, item, state, dueInMs, isRetry }: HeldRequest,
  manager: Manager,
): string {
  if (state === 'running') return `${key} is being reconciled`
  if (state !== 'waiting') return `${key} is queued`
  const due = `is due in ${Math.ceil(dueInMs)} ms`
  if (!isRetry) return `${key} ${due}`
  const explained = manager.explainRequest(controller, item)
  const error = explained?.runs.find((run) => run.error !== undefined)?.error
  return `${key} has failed, and ${due}${error === undefined ? '' : `: ${error}`}`
}
