import type { TypedObject, Status } from '@fairlead/kube-core'
import type { Deletion } from './client.ts'

/** What the answer to a DELETE says: it is a Status or the object, which may be gone as well. */
export function deletionOf(answer: unknown): Deletion {
  const body = answer as TypedObject | Status | undefined
  if (body === undefined || body === null) return {}
  if (isStatus(body)) return uidOf(body.details?.uid)
  const uid = uidOf(body.metadata?.uid)
  return isKept(body) ? { ...uid, remaining: body } : uid
}

function isStatus(body: TypedObject | Status): body is Status {
  return body.kind === 'Status'
}

/** An object without finalizers whose grace period is over is removed in the same request. */
function isKept(object: TypedObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = object.metadata
  if (deletionTimestamp === undefined) return false
  return finalizers.length > 0 || deletionGracePeriodSeconds !== 0
}

function uidOf(uid: string | undefined): Pick<Deletion, 'uid'> {
  return uid === undefined ? {} : { uid }
}
