import { deepEqual } from '@fairlead/kube-core'
import type { TypedObject } from '@fairlead/kube-core'
import { AsyncLocalStorage } from 'node:async_hooks'
import { RecentMap } from '@fairlead/base'
import { keyOf, keyText } from '../object-key.ts'

/** What was sent, as far as it tells whose doing a change is. */
interface OwnWrite {
  readonly writer: string
  /** The version that the write was of, if it named one: nobody else wrote in between. */
  readonly base: string | undefined
  readonly status: unknown
}

const writesLimit = 4096

/**
 * The status writes of reconciles, by the version that they made: whoever made an event's change
 * need not be told of it. Remembers the last 4096.
 */
export class OwnWrites {
  readonly #writer = new AsyncLocalStorage<string>()
  readonly #writes = new RecentMap<OwnWrite>(writesLimit)

  /** Whatever is written while `work` runs, and by what it calls, is the writer's. */
  as<T>(writer: string, work: () => T): T {
    return this.#writer.run(writer, work)
  }

  /** Takes note of a status write that the server answered with `stored`. */
  record(sent: unknown, stored: TypedObject): void {
    const writer = this.#writer.getStore()
    const version = stored.metadata.resourceVersion
    if (writer === undefined || version === undefined) return
    const { metadata, status } = (sent ?? {}) as Partial<TypedObject> & { status?: unknown }
    // A write that changed nothing is answered with a version that somebody else has made.
    if (metadata?.resourceVersion === version) return
    this.#writes.set(nameOf(stored), { writer, base: metadata?.resourceVersion, status })
  }

  /** The writer whose write is all that differs between two versions, if that can be told. */
  writerOf(before: TypedObject, after: TypedObject): string | undefined {
    if (this.#writes.size === 0) return undefined
    const write = this.#writes.get(nameOf(after))
    if (write === undefined || !onlyStatusDiffers(before, after)) return undefined
    const isNext = write.base !== undefined && write.base === before.metadata.resourceVersion
    if (isNext || brings(write.status, statusOf(before), statusOf(after))) return write.writer
    return undefined
  }
}

/** Whether two versions of an object have the same labels, spec and all else but the status. */
export function onlyStatusDiffers(before: TypedObject, after: TypedObject): boolean {
  return deepEqual(withoutStatus(before), withoutStatus(after))
}

function nameOf(object: TypedObject): string {
  const { uid = '', resourceVersion = '' } = object.metadata
  return `${object.kind} ${keyText(keyOf(object))} ${uid} ${resourceVersion}`
}

function statusOf(object: TypedObject): unknown {
  return (object as { readonly status?: unknown }).status
}

function withoutStatus(object: TypedObject): object {
  const { resourceVersion: _version, managedFields: _managers, ...metadata } = object.metadata
  return { ...object, metadata, status: undefined }
}

/** Whether every difference between two values is what was sent: nobody else had a part in it. */
function brings(sent: unknown, before: unknown, after: unknown): boolean {
  if (deepEqual(before, after)) return true
  if (!isRecord(sent) || !isRecord(after)) return deepEqual(sent, after)
  const old = isRecord(before) ? before : {}
  return [...new Set([...Object.keys(old), ...Object.keys(after)])].every((name) =>
    brings(sent[name], old[name], after[name]),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
