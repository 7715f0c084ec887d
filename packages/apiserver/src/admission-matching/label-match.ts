import { errors, labelSelectorFrom, type LabelSelector } from '@fairlead/kube-core'
import { isJsonObject } from '@fairlead/base'

import { recordAt } from '../definitions/fields.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import type { Storage } from '../storage/storage.ts'
import { isNamespace, requestNamespace } from './request-namespace.ts'

type Labels = Readonly<Record<string, string>>

/** Reads a validated selector; absent and empty ones match everything. */
export function parseSelector(selector: unknown): LabelSelector {
  return labelSelectorFrom(isJsonObject(selector) ? selector : {})
}

/**
 * Whether the namespace of a request has the labels. Objects of the cluster always match; a
 * Namespace is judged by the labels that it will have.
 * @throws StatusError 404 when the namespace does not exist
 */
export function namespaceMatches(
  selector: LabelSelector,
  request: AdmissionRequest,
  storage: Storage,
): boolean {
  if (selector.empty) return true
  const name = requestNamespace(request)
  if (name === '' && !isNamespace(request)) return true
  return selector.matches(namespaceLabels(name, request, storage))
}

function namespaceLabels(
  name: string,
  request: AdmissionRequest,
  storage: Storage,
): Labels | undefined {
  const { operation, subresource, object } = request
  const isWritten = operation === 'CREATE' || operation === 'UPDATE'
  if (isNamespace(request) && subresource === undefined && isWritten) {
    return object?.metadata.labels
  }
  const namespace = storage.get({ resource: 'namespaces', namespace: '', name })
  if (namespace === undefined) throw errors.notFound('namespaces', name)
  return namespace.metadata.labels
}

/** Whether the object, as it is or as it will be, has the labels. */
export function objectMatches(
  selector: LabelSelector,
  { object, oldObject }: AdmissionRequest,
): boolean {
  if (selector.empty) return true
  return [object, oldObject].some(
    (each) =>
      each !== undefined && selector.matches(recordAt(each, 'metadata')['labels'] as Labels),
  )
}
