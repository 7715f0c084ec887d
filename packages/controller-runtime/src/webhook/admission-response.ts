import { type JsonPatchOperation, type Status, StatusError } from '@fairlead/kube-core'

/** What a webhook says to a request. */
export interface AdmissionResponse {
  readonly allowed: boolean
  /** Why not, and with which code the client's request fails. */
  readonly status?: Partial<Status>
  /** Changes the object; of mutating webhooks only. */
  readonly patch?: readonly JsonPatchOperation[]
  /** Shown to whoever made the request, also when it is allowed; about 120 characters each. */
  readonly warnings?: readonly string[]
  /** Kept in the audit log of the API server, below the name of the webhook. */
  readonly auditAnnotations?: Readonly<Record<string, string>>
}

/**
 * Thrown by a webhook to deny a request for a reason that its user shall read: 403, Forbidden. To
 * name fields, return `errors` instead; for another code, throw a `StatusError`.
 */
export class AdmissionDeniedError extends Error {
  override readonly name = 'AdmissionDeniedError'
}

/** The request may pass. */
export function allowed(warnings: readonly string[] = []): AdmissionResponse {
  return { allowed: true, status: { code: 200 }, ...withWarnings(warnings) }
}

/** The request may pass, changed; an empty patch changes nothing. */
export function patched(
  patch: readonly JsonPatchOperation[],
  warnings: readonly string[] = [],
): AdmissionResponse {
  return patch.length === 0 ? allowed(warnings) : { ...allowed(warnings), patch }
}

/** The request is refused: 403, Forbidden. */
export function denied(message: string, warnings: readonly string[] = []): AdmissionResponse {
  return {
    allowed: false,
    status: { code: 403, reason: 'Forbidden', message },
    ...withWarnings(warnings),
  }
}

/** The question cannot be answered. */
export function errored(code: number, message: string): AdmissionResponse {
  return { allowed: false, status: { code, message } }
}

/** The request is refused with the status of an error. */
export function refused(
  { status }: StatusError,
  warnings: readonly string[] = [],
): AdmissionResponse {
  return { allowed: false, status, ...withWarnings(warnings) }
}

/** What is answered for something thrown on purpose; undefined for anything else. */
export function responseToThrown(error: unknown): AdmissionResponse | undefined {
  if (error instanceof StatusError) return refused(error)
  if (error instanceof AdmissionDeniedError) return denied(error.message)
  return undefined
}

/** The response as it stands in an AdmissionReview. */
export function responseBody(response: AdmissionResponse, uid: string): object {
  const { status, patch, warnings, auditAnnotations } = response
  return {
    uid,
    allowed: response.allowed,
    status: { metadata: {}, ...status, code: status?.code ?? 200 },
    ...(patch === undefined || patch.length === 0
      ? {}
      : { patch: Buffer.from(JSON.stringify(patch)).toString('base64'), patchType: 'JSONPatch' }),
    ...(warnings === undefined || warnings.length === 0 ? {} : { warnings }),
    ...(auditAnnotations === undefined ? {} : { auditAnnotations }),
  }
}

function withWarnings(warnings: readonly string[]): Pick<AdmissionResponse, 'warnings'> {
  return warnings.length === 0 ? {} : { warnings }
}
