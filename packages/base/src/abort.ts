import { abortReason } from './abort-reason.ts'
import type { Clock } from './clock.ts'

/** Thrown when work exceeded its deadline of `timeoutMs`. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  readonly timeoutMs: number
  constructor(what: string, timeoutMs: number) {
    super(`${what} took longer than ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
  }
}

/** An AbortSignal that follows a parent and a deadline until it is disposed. */
export interface Scope extends Disposable {
  readonly signal: AbortSignal
  abort(reason: Error): void
}

/**
 * Opens a scope that aborts when any parent does, or with a DeadlineError after `timeoutMs`.
 * Dispose it when the work is done, so that neither a timer nor a listener leaks.
 */
export function openScope(options: {
  parents?: readonly (AbortSignal | undefined)[]
  clock?: Pick<Clock, 'setTimer'>
  timeoutMs?: number | undefined
  what?: string
}): Scope {
  const controller = new AbortController()
  const undo: (() => void)[] = []
  for (const parent of options.parents ?? []) {
    if (parent === undefined) continue
    const follow = () => controller.abort(abortReason(parent))
    if (parent.aborted) follow()
    parent.addEventListener('abort', follow, { once: true })
    undo.push(() => parent.removeEventListener('abort', follow))
  }
  const { clock, timeoutMs } = options
  if (clock !== undefined && timeoutMs !== undefined) {
    const timer = clock.setTimer(timeoutMs, () =>
      controller.abort(new DeadlineError(options.what ?? 'the operation', timeoutMs)),
    )
    undo.push(() => timer.cancel())
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => {
      for (const step of undo) step()
    },
  }
}

/** Settles as the promise does, or rejects with the signal's reason if it aborts first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortReason(signal))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
