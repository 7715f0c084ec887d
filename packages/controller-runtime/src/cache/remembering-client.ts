import { type KubernetesObject, type TypedObject, untyped } from '@fairlead/kube-core'
import type { Client, Deletion } from '../client/client.ts'
import type { DeleteCall, FieldWriteCall } from '../client/client-call.ts'
import { isFieldWrite } from '../client/client-call.ts'
import { clientOf } from '../client/client-of.ts'
import { handlerOf } from '../client/handler-of.ts'
import { wholeObjects } from '../metadata-only.ts'
import { keyOf } from '../object-key.ts'
import type { Cache } from './cache.ts'
import type { OwnWrites } from './own-writes.ts'

type Memory = Pick<Cache, 'remember' | 'rememberDeletion'>

/**
 * A client whose writes can be read from the cache immediately, before the watch delivers them, and
 * are told apart from those of others.
 */
export function rememberingClient(client: Client, cache: Memory, ownWrites?: OwnWrites): Client {
  const { send, ...rest } = handlerOf(client)
  return clientOf({
    ...rest,
    async send(call) {
      const answer = await send(call)
      if (call.verb === 'delete') rememberDeletion(cache, call, answer as Deletion | undefined)
      if (isFieldWrite(call)) rememberWrite(cache, ownWrites, call, answer as TypedObject)
      return answer
    },
  })
}

function rememberWrite(
  cache: Memory,
  ownWrites: OwnWrites | undefined,
  call: FieldWriteCall,
  written: TypedObject,
): void {
  if (call.options.dryRun === true) return
  // What a subresource answers may be another kind, such as a Scale, which says nothing of the rest.
  if (call.subresource !== undefined && written.kind !== call.type.kind) return
  ownWrites?.record(call.verb === 'patch' ? call.patch.body : call.object, written)
  if (isGone(written)) cache.rememberDeletion(call.type, keyOf(written), written.metadata.uid)
  else cache.remember(call.type, written)
}

/** Its deletion waited for its finalizers, of which this write has removed the last: it ends here. */
function isGone(written: TypedObject): written is TypedObject & { metadata: { uid: string } } {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers, uid } = written.metadata
  if (deletionTimestamp === undefined || uid === undefined) return false
  return (finalizers ?? []).length === 0 && (deletionGracePeriodSeconds ?? 0) === 0
}

function rememberDeletion(cache: Memory, call: DeleteCall, deletion: Deletion | undefined): void {
  if (deletion === undefined || call.options.dryRun === true) return
  const { uid, remaining } = deletion
  if (remaining !== undefined)
    cache.remember(untyped(wholeObjects(call.type)), remaining as KubernetesObject)
  else if (uid !== undefined) cache.rememberDeletion(call.type, call.key, uid)
}
