import { StatusError } from '@fairlead/kube-core'

/** What goes wrong with a request. */
export type Fault =
  /** It is handled after this many milliseconds of the environment's clock. */
  | { readonly type: 'delay'; readonly ms: number }
  /** It is answered with an error, and not handled. */
  | {
      readonly type: 'status'
      /** From 400 to 599. */
      readonly code: number
      /** Defaults to a text that says that a test asked for it. */
      readonly message?: string
      /** Defaults to what Kubernetes gives for the code. */
      readonly reason?: string
      /** Also sent as the Retry-After header. */
      readonly retryAfterSeconds?: number
    }
  /** It is never answered, and not handled; the client's own deadline ends it. */
  | { readonly type: 'hang' }
  /** Its connection breaks, before it is handled or, with `handled`, after: the answer is lost. */
  | { readonly type: 'drop'; readonly handled?: boolean }

/** As `reasonForError` of Kubernetes' apimachinery (`NewGenericServerResponse`) names them. */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/** The error that a fault of type `status` answers with. */
export function statusOfFault(fault: Extract<Fault, { type: 'status' }>): StatusError {
  const { code, retryAfterSeconds } = fault
  const reason = fault.reason ?? reasons[code]
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: fault.message ?? 'a fault that the test asked for',
    ...(reason === undefined ? {} : { reason }),
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
    code,
  })
}
