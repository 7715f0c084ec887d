import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change, StorageKey } from '../storage/change.ts'
import type { Storage } from '../storage/storage.ts'

/**
 * The same storage, which reports every change that is made through it; what others change
 * meanwhile is not reported.
 */
export function recordingStorage(storage: Storage, record: (change: Change) => void): Storage {
  const recorded = (
    type: Change['type'],
    key: StorageKey,
    previous: KubernetesObject | undefined,
    object: KubernetesObject,
  ): KubernetesObject => {
    const revision = Number(object.metadata.resourceVersion)
    record({ type, key, revision, object, ...(previous === undefined ? {} : { previous }) })
    return object
  }
  return {
    get revision() {
      return storage.revision
    },
    get: (key) => storage.get(key),
    list: (scope, revision) => storage.list(scope, revision),
    scan: (scope, options) => storage.scan(scope, options),
    isEmpty: (scope) => storage.isEmpty(scope),
    create: (key, object) => recorded('ADDED', key, undefined, storage.create(key, object)),
    update: (key, object, expected) =>
      recorded('MODIFIED', key, storage.get(key), storage.update(key, object, expected)),
    delete: (key, expected) =>
      recorded('DELETED', key, storage.get(key), storage.delete(key, expected)),
    changesSince: (resource, revision) => storage.changesSince(resource, revision),
    subscribe: (resource, listener) => storage.subscribe(resource, listener),
    compact: (revision) => storage.compact(revision),
    close: () => storage.close(),
  }
}
