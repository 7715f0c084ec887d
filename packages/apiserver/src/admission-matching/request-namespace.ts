import type { AdmissionRequest } from '../admission/admission-request.ts'

/** Whether a request is for a Namespace itself, or one of its subresources. */
export function isNamespace({ definition }: AdmissionRequest): boolean {
  return definition.group === '' && definition.plural === 'namespaces'
}

/** The namespace of a request; a Namespace counts as being in itself. Empty for the cluster. */
export function requestNamespace(request: AdmissionRequest): string {
  if (!isNamespace(request)) return request.namespace
  return request.name || (request.object?.metadata.name ?? '')
}
