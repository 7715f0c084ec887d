import { applyJsonPatch, deepFreeze, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from './admission-request.ts'
import { allowed, type AdmissionResponse } from './admission-response.ts'

/**
 * Answers admission requests of any kind. What it throws is answered too: a StatusError with its
 * status, an AdmissionDeniedError with 403, and anything else with 500, without saying what it was.
 */
export type AdmissionHandler = (
  request: AdmissionRequest,
) => AdmissionResponse | Promise<AdmissionResponse>

/**
 * Asks handlers one after the other: the first that refuses ends it. Each is given the object as
 * those before it have changed it, and all patches are applied in that order.
 */
export function allOf(...handlers: readonly AdmissionHandler[]): AdmissionHandler {
  return async (request) => {
    let current = request
    const responses: AdmissionResponse[] = []
    for (const handler of handlers) {
      const response = await handler(current)
      if (!response.allowed) return response
      responses.push(response)
      current = afterPatch(current, response)
    }
    return {
      ...allowed(responses.flatMap(({ warnings = [] }) => warnings)),
      patch: responses.flatMap(({ patch = [] }) => patch),
    }
  }
}

function afterPatch(
  request: AdmissionRequest,
  { patch = [] }: AdmissionResponse,
): AdmissionRequest {
  if (patch.length === 0) return request
  const object = applyJsonPatch(request.object, patch) as KubernetesObject
  return { ...request, object: deepFreeze(object) }
}
