import { parseJsonOrUndefined } from '@fairlead/base'
import { isStatus, StatusError } from '@fairlead/kube-core'
import type { Status } from '@fairlead/kube-core'

interface Generic {
  readonly reason: string
  readonly message: string
}

/** Default messages for responses without a Status, in client-go's words. */
const genericByCode: Readonly<Record<number, Generic>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: {
    reason: 'Unauthorized',
    message: 'the server has asked for the client to provide credentials',
  },
  403: { reason: 'Forbidden', message: 'the server does not allow access to the resource' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: {
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  },
  406: {
    reason: 'NotAcceptable',
    message: 'the server was unable to respond with a content type that the client supports',
  },
  409: { reason: 'Conflict', message: 'the server reported a conflict' },
  410: { reason: 'Expired', message: 'the requested version is no longer available' },
  413: { reason: 'RequestEntityTooLarge', message: 'the request is too large' },
  415: {
    reason: 'UnsupportedMediaType',
    message: 'the server was unable to understand the content type of the request',
  },
  422: {
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
  },
  429: {
    reason: 'TooManyRequests',
    message: 'the server has received too many requests and has asked us to try again later',
  },
  503: {
    reason: 'ServiceUnavailable',
    message: 'the server is currently unable to handle the request',
  },
  504: {
    reason: 'Timeout',
    message:
      'the server was unable to return a response in the time allotted, but may still be processing the request',
  },
}

const bodyExcerptLimit = 512

/**
 * The StatusError of a failed answer: the server's own Status if the body is one, otherwise one
 * made from the code, with an excerpt of the body as a cause.
 */
export function responseError(answer: {
  code: number
  body: string
  what: string
  retryAfterSeconds?: number | undefined
}): StatusError {
  const status = parseStatus(answer.body)
  if (status !== undefined) return new StatusError({ ...status, code: status.code ?? answer.code })
  const { reason, message } = genericByCode[answer.code] ?? {
    reason: answer.code >= 500 ? 'InternalError' : 'Unknown',
    message: `the server responded with status ${answer.code}`,
  }
  const excerpt = answer.body.trim().slice(0, bodyExcerptLimit)
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason,
    code: answer.code,
    message: `${message} (${answer.what})`,
    details: {
      ...(answer.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: answer.retryAfterSeconds }),
      causes: excerpt === '' ? [] : [{ reason: 'UnexpectedServerResponse', message: excerpt }],
    },
  })
}

function parseStatus(body: string): Status | undefined {
  const value = parseJsonOrUndefined(body)
  return isStatus(value) ? value : undefined
}
