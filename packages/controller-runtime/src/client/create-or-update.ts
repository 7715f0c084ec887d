import { deepEqual, isNotFound } from '@fairlead/kube-core'
import type { KubernetesObject, ResourceType, TypedObject } from '@fairlead/kube-core'
import type { CreateOf } from '../create-of.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import { keyOf, type KeyOf, keyText, type ObjectKey } from '../object-key.ts'
import type { Client, WriteOptions } from './client.ts'
import { mergeFrom } from './merge-from.ts'

/** What was done: nothing, a create, a write of the object, of its status, or of both. */
export type OperationResult =
  'unchanged' | 'created' | 'updated' | 'updatedStatus' | 'updatedStatusOnly'

export interface Operation<T extends TypedObject> {
  readonly result: OperationResult
  /** The object as stored. */
  readonly object: T
}

/**
 * What the object is to be, given what it is, or undefined if there is none. Returns a changed copy,
 * `{ ...existing, spec: { ...existing.spec, … } }`; its name and namespace must be the key's.
 */
type Desired<T extends TypedObject> = (
  existing: DeepReadonly<T> | undefined,
) => CreateOf<T> | Promise<CreateOf<T>>

/**
 * Creates the object, or updates it if the desired one differs from what the server has; somebody
 * else's write in between is a conflict.
 *
 * The server adds defaults: whoever builds the desired object anew, and not from the existing one,
 * removes them and sees a difference every time, and with it an endless loop of writes.
 * `client.apply` has neither problem and needs no read: prefer it.
 */
export async function createOrUpdate<T extends TypedObject>(
  client: Client,
  type: ResourceType<T>,
  key: KeyOf<NoInfer<T>>,
  desired: Desired<NoInfer<T>>,
  options: WriteOptions = {},
): Promise<Operation<T>> {
  const { existing, wanted } = await compare(client, type, key, desired, options)
  if (existing === undefined) return created(client, type, wanted, options)
  if (deepEqual(existing, wanted)) return { result: 'unchanged', object: existing }
  const object = withVersion(wanted, existing.metadata.resourceVersion)
  const stored = await client.update<TypedObject>(type, object, options)
  return { result: 'updated', object: stored as T }
}

/**
 * As `createOrUpdate`, with a merge patch of the difference, and another for the difference of the
 * status, which is written through its subresource. Concurrent changes of other fields are kept. A
 * created object has no status: the next call writes it.
 */
export async function createOrPatch<T extends TypedObject>(
  client: Client,
  type: ResourceType<T>,
  key: KeyOf<NoInfer<T>>,
  desired: Desired<NoInfer<T>>,
  options: WriteOptions = {},
): Promise<Operation<T>> {
  const { existing, wanted } = await compare(client, type, key, desired, options)
  if (existing === undefined) return created(client, type, wanted, options)
  const [before, statusBefore] = withoutStatus(existing)
  const [after, statusAfter] = withoutStatus(wanted)
  let object = existing
  let result: OperationResult = 'unchanged'
  if (!deepEqual(before, after)) {
    object = await client.patch(type, key, mergeFrom<TypedObject>(before, after), options)
    result = 'updated'
  }
  if (!deepEqual(statusBefore, statusAfter)) {
    const patch = mergeFrom<KubernetesObject>(
      { ...before, status: statusBefore },
      { ...before, status: statusAfter },
    )
    object = await client.status.patch(type, key, patch, options)
    result = result === 'updated' ? 'updatedStatus' : 'updatedStatusOnly'
  }
  return { result, object }
}

async function compare<T extends TypedObject>(
  client: Client,
  type: ResourceType<T>,
  key: KeyOf<NoInfer<T>>,
  desired: Desired<NoInfer<T>>,
  { signal, timeoutMs }: WriteOptions,
): Promise<{ existing: T | undefined; wanted: CreateOf<T> }> {
  const existing = await client.get(type, key, { signal, timeoutMs }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  const wanted = (await desired(existing as DeepReadonly<T> | undefined)) as CreateOf<T>
  checkName(type, key, keyOf(wanted))
  return { existing, wanted }
}

function checkName(type: ResourceType, key: ObjectKey, wanted: ObjectKey): void {
  if (keyText(wanted) === keyText(key)) return
  throw new TypeError(
    `the desired ${type.kind} is named "${keyText(wanted)}": it must keep the name and namespace ` +
      `"${keyText(key)}"`,
  )
}

async function created<T extends TypedObject>(
  client: Client,
  type: ResourceType<T>,
  wanted: CreateOf<T>,
  options: WriteOptions,
): Promise<Operation<T>> {
  const object = await client.create(type, wanted, options)
  return { result: 'created', object }
}

function withoutStatus(object: Readonly<TypedObject>): [TypedObject, unknown] {
  const { status, ...rest } = object as TypedObject & { readonly status?: unknown }
  return [rest, status]
}

function withVersion(object: Readonly<TypedObject>, resourceVersion: string | undefined) {
  return { ...object, metadata: { ...object.metadata, resourceVersion } }
}
