import type { TypedObject } from '@fairlead/kube-core'
import { hasFinalizer, isBeingDeleted, withFinalizer, withoutFinalizer } from './finalizer.ts'

/** What a finalizer has changed, if anything: a copy with another spec, labels or status. */
export interface Finalized<T extends TypedObject> {
  readonly object: T
  /** Something outside the status was changed. */
  readonly updated?: boolean
  /** The status was changed. */
  readonly statusUpdated?: boolean
}

/**
 * Cleans up for an object that is being deleted. Returns when all is gone, perhaps with what it
 * changed in the object; throws as long as it must be called again.
 */
export type Finalizer<T extends TypedObject> = (
  object: T,
  context: { readonly signal: AbortSignal },
) => Promise<Finalized<T> | void>

/** What must be written, and what went wrong. */
export interface FinalizeResult<T extends TypedObject> {
  readonly object: T
  /** The object must be written: its finalizers, or what a finalizer changed. */
  readonly updated: boolean
  /** Its status must be written. */
  readonly statusUpdated: boolean
  /** Why finalizers failed; throw it once what was changed has been written. */
  readonly error?: Error
}

const qualifiedName = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)\/(.+)$/
const nameLimit = 63

/**
 * The finalizers of a kind, by name. On an object that lives, `finalize` adds those that it lacks; on
 * one that is being deleted, it runs those that it has, and removes those that succeed. It writes
 * nothing: it returns a copy, and whether the object and its status must be written.
 *
 * ```ts
 * const { object, updated, error } = await finalizers.finalize(website, { signal })
 * if (updated) await manager.client.update(Website, object, { signal })
 * if (error !== undefined) throw error
 * ```
 */
export class Finalizers<T extends TypedObject = TypedObject> {
  readonly #finalizers = new Map<string, Finalizer<T>>()

  /**
   * Registers a finalizer under a name like `example.com/backup`, whose second part has at most 63
   * characters. Throws if the name is taken, or the API server would refuse it.
   */
  register(name: string, finalizer: Finalizer<T>): this {
    if (this.#finalizers.has(name)) {
      throw new Error(`a finalizer named ${name} is already registered: give each its own name`)
    }
    checkName(name)
    this.#finalizers.set(name, finalizer)
    return this
  }

  /** Runs all of them, also if one fails. */
  async finalize(object: T, context: { readonly signal: AbortSignal }): Promise<FinalizeResult<T>> {
    let current = object
    let updated = false
    let statusUpdated = false
    const failures: Error[] = []
    for (const [name, finalizer] of this.#finalizers) {
      if (!isBeingDeleted(current)) {
        current = withFinalizer(current, name)
        continue
      }
      if (!hasFinalizer(current, name)) continue
      try {
        const finalized = await finalizer(current, context)
        current = withoutFinalizer(finalized?.object ?? current, name)
        updated ||= finalized?.updated === true
        statusUpdated ||= finalized?.statusUpdated === true
      } catch (cause) {
        failures.push(new Error(`finalizer ${name} failed: ${messageOf(cause)}`, { cause }))
      }
    }
    updated ||= current.metadata.finalizers !== object.metadata.finalizers
    const error = joined(failures)
    return { object: current, updated, statusUpdated, ...(error === undefined ? {} : { error }) }
  }
}

function checkName(name: string): void {
  const match = qualifiedName.exec(name)
  const last = match?.[5] ?? ''
  const isName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(last)
  if (match === null || !isName || last.length > nameLimit || (match[1] ?? '').length > 253) {
    throw new Error(
      `${JSON.stringify(name)} cannot be a finalizer: it must be like example.com/backup, a domain ` +
        `and a name of at most ${nameLimit} letters, digits, "-", "_" and "."`,
    )
  }
}

function joined(failures: readonly Error[]): Error | undefined {
  if (failures.length <= 1) return failures[0]
  return new AggregateError(failures, failures.map(({ message }) => message).join('; '))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
