import {
  abortReason,
  type Clock,
  DeadlineError,
  openScope,
  silentLogger,
  systemClock,
} from '@fairlead/base'
import {
  type DeepReadonly,
  type KeyOf,
  keyText,
  type Reader,
  SharedInformer,
} from '@fairlead/controller-runtime'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'

import { describeObject } from './describe-object.ts'

/** How long an object is waited for. */
export interface WaitOptions {
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal
  /** Defaults to 10 s. */
  readonly timeoutMs?: number
  /** What the timeout is measured with. Defaults to the system's clock. */
  readonly clock?: Clock
}

/**
 * Says whether the object, or its absence, is what is waited for. Nothing returned counts as true, and
 * an error as false: assertions can stand here, and the last that failed is the `cause` of WaitError.
 */
export type Condition<T> = (object: T) => boolean | void

/** Thrown when an object did not become what was waited for in time; shows its last state. */
export class WaitError extends Error {
  override readonly name = 'WaitError'
}

/**
 * Resolves to the object as soon as the condition holds for it, told by a watch and not by polling.
 * The condition is asked about every state that the watch delivers, while it exists.
 * @throws WaitError after the timeout
 */
export function waitFor<T extends TypedObject>(
  client: Reader,
  type: ResourceType<T>,
  key: KeyOf<NoInfer<T>>,
  condition: Condition<DeepReadonly<NoInfer<T>>> = () => {},
  options: WaitOptions = {},
): Promise<DeepReadonly<T>> {
  return follow<T, DeepReadonly<T>>(
    client,
    type,
    key,
    (object, resolve) => {
      if (object !== undefined && condition(object) !== false) resolve(object)
    },
    options,
  )
}

/** Resolves when there is no such object. @throws WaitError after the timeout */
export function waitForDeletion<T extends TypedObject>(
  client: Reader,
  type: ResourceType<T>,
  key: KeyOf<NoInfer<T>>,
  options: WaitOptions = {},
): Promise<void> {
  return follow<T, void>(
    client,
    type,
    key,
    (object, resolve) => {
      if (object === undefined) resolve()
    },
    options,
  )
}

/** Asked about each state of an object, until it resolves. */
type Look<T extends TypedObject, Found> = (
  object: DeepReadonly<T> | undefined,
  resolve: (found: Found) => void,
) => void

async function follow<T extends TypedObject, Found>(
  client: Reader,
  type: ResourceType<T>,
  key: KeyOf<NoInfer<T>>,
  look: Look<T, Found>,
  { signal, timeoutMs = 10_000, clock = systemClock }: WaitOptions,
): Promise<Found> {
  const what = `${type.kind} ${keyText(key)}`
  using life = openScope({ parents: [signal], clock, timeoutMs, what })
  const informer = new SharedInformer<T>({
    client,
    type,
    scope: {
      ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
      fieldSelector: `metadata.name=${key.name}`,
    },
    logger: silentLogger,
  })
  let last: DeepReadonly<T> | undefined
  let failed: Error | undefined
  const found = Promise.withResolvers<Found>()
  const see = (object: DeepReadonly<T> | undefined): void => {
    last = object
    failed = undefined
    try {
      look(object, found.resolve)
    } catch (error) {
      failed = error instanceof Error ? error : new Error('the condition threw', { cause: error })
    }
  }
  informer.onEvent({
    added: (object) => see(object as DeepReadonly<T>),
    updated: (_before, object) => see(object as DeepReadonly<T>),
    deleted: () => see(undefined),
  })
  const running = informer.start(life.signal)
  try {
    await Promise.race([informer.waitForSync(life.signal), found.promise])
    if (last === undefined) see(undefined)
    return await Promise.race([
      found.promise,
      running.then(() => Promise.reject(abortReason(life.signal))),
    ])
  } catch (error) {
    if (!life.signal.aborted || !(abortReason(life.signal) instanceof DeadlineError)) throw error
    const why = failed ?? informer.lastError ?? error
    const state = last === undefined ? 'there is no such object' : `it is\n${describeObject(last)}`
    throw new WaitError(waitMessage(what, timeoutMs, failed ?? informer.lastError, state), {
      cause: why,
    })
  } finally {
    life.abort(new Error('the wait is over'))
    await running
  }
}

function waitMessage(
  what: string,
  timeoutMs: number,
  failed: Error | undefined,
  state: string,
): string {
  const why = failed === undefined ? '' : `${failed.message}\n`
  return `${what} is not as expected after ${timeoutMs} ms: ${why}${state}`
}
