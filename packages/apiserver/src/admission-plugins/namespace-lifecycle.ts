import { errors, StatusError } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { Storage } from '../storage/storage.ts'
import { isFor } from './plugin-request.ts'

/** Namespaces that Kubernetes refuses to delete. */
const immortal: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])

/**
 * Refuses new objects in a namespace that does not exist or is being deleted, and the deletion of
 * the namespaces that a cluster needs.
 */
export function namespaceLifecycle(storage: Storage): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    mutate: (request) => {
      if (request.operation === 'DELETE') checkDeletion(request)
      else if (request.operation === 'CONNECT') return undefined
      else if (request.definition.namespaced) checkNamespace(request, storage)
      return undefined
    },
  }
}

function checkDeletion(request: AdmissionRequest): void {
  if (!isFor(request, '', 'namespaces') || !immortal.has(request.name)) return
  throw errors.forbidden('namespaces', request.name, 'this namespace may not be deleted')
}

function checkNamespace(request: AdmissionRequest, storage: Storage): void {
  const { namespace, operation } = request
  const found = storage.get({ resource: 'namespaces', namespace: '', name: namespace })
  if (found === undefined) throw errors.notFound('namespaces', namespace)
  if (operation === 'CREATE' && found.metadata.deletionTimestamp !== undefined) {
    throw terminating(request)
  }
}

function terminating(request: AdmissionRequest): StatusError {
  const { namespace } = request
  const { status } = forbidden(
    request,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  )
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  }
  return new StatusError({ ...status, details: { ...status.details, causes: [cause] } })
}
