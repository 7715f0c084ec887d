import type { User } from '../auth/user.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import { managerFrom } from '../resources/write-options.ts'
import type { Change } from '../storage/change.ts'
import { recordingStorage } from './recording-storage.ts'
import type { ResourcePath } from './request-path.ts'
import { verbOf } from './request-verb.ts'

/** A change of one object, and who asked for it. It has nothing of what the object holds. */
export interface RequestedChange {
  readonly verb: string
  readonly group: string
  readonly kind: string
  /** Empty for an object of the cluster. */
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** Undefined for kinds that count none. */
  readonly generation: number | undefined
  readonly resourceVersion: string
  readonly user: User
  readonly fieldManager: string
}

/**
 * Does `work`, and tells what it has changed of objects of this kind. What is the same afterwards is
 * not told, nor what of an object its kind does not count as another generation: status and labels.
 */
export function tellingChanges<T>(
  context: WriteContext,
  request: ApiRequest,
  path: ResourcePath,
  definition: ResourceDefinition,
  tell: ((change: RequestedChange) => void) | undefined,
  work: (context: WriteContext) => T | Promise<T>,
): T | Promise<T> {
  if (tell === undefined || request.method === 'GET' || path.subresource === 'status') {
    return work(context)
  }
  return tellingAfterwards(context, request, path, definition, tell, work)
}

async function tellingAfterwards<T>(
  context: WriteContext,
  request: ApiRequest,
  path: ResourcePath,
  definition: ResourceDefinition,
  tell: (change: RequestedChange) => void,
  work: (context: WriteContext) => T | Promise<T>,
): Promise<T> {
  const changes: Change[] = []
  const storage = recordingStorage(context.storage, (change) => {
    if (change.key.resource === definition.storageResource) changes.push(change)
  })
  try {
    return await work({ ...context, storage })
  } finally {
    const who = {
      verb: verbOf(request, path),
      user: request.user,
      fieldManager: request.query.get('fieldManager') ?? managerFrom(request.userAgent),
    }
    for (const change of changes) {
      if (isAnother(change)) tell({ ...who, ...objectOf(change, definition) })
    }
  }
}

function isAnother({ type, object, previous }: Change): boolean {
  const { generation } = object.metadata
  return (
    type !== 'MODIFIED' || generation === undefined || generation !== previous?.metadata.generation
  )
}

function objectOf({ object, key }: Change, definition: ResourceDefinition) {
  const { generation, resourceVersion = '', uid = '' } = object.metadata
  const { group, kind } = definition
  const { namespace, name } = key
  return { group, kind, namespace, name, uid, generation, resourceVersion }
}
