import { isJsonObject, type JsonObject } from '@fairlead/base'
import { goQuote, StatusError, type Status } from '@fairlead/kube-core'

/** The refusal of a webhook, as ToStatusErr in Kubernetes' apiserver words it. */
export function denial(webhook: string, result: JsonObject | undefined): StatusError {
  const { message, reason, details, code } = result ?? {}
  const hasReason = typeof reason === 'string' && reason !== ''
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `admission webhook ${goQuote(webhook)} denied the request${explanation(message, reason)}`,
    ...(hasReason ? { reason } : {}),
    ...(isJsonObject(details) ? { details } : {}),
    code: codeOf(code),
  }
  return new StatusError(status)
}

function explanation(message: unknown, reason: unknown): string {
  if (typeof message === 'string' && message !== '') return `: ${message}`
  return typeof reason === 'string' && reason !== '' ? `: ${reason}` : ' without explanation'
}

/** A refusal is never a success. */
function codeOf(code: unknown): number {
  const isFailure =
    typeof code === 'number' && Number.isSafeInteger(code) && code >= 400 && code <= 999
  return isFailure ? code : 400
}
