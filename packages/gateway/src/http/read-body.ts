import { BodyTooLarge, ConnectionClosed, MessageError, type ServerRequest } from '@fairlead/http1'
import { CallerGone, gatewayError } from '../errors/gateway-error.ts'

/**
 * The whole body. Throws `request_too_large`, before reading if Content-Length says so, otherwise
 * once more than `limitBytes` have arrived; an error for a body that is malformed or does not come
 * in time; CallerGone if the caller disconnects.
 */
export async function readBody(request: ServerRequest, limitBytes: number): Promise<Buffer> {
  try {
    return await request.body(limitBytes)
  } catch (error) {
    if (error instanceof BodyTooLarge) throw gatewayError.requestTooLarge(limitBytes)
    if (error instanceof ConnectionClosed) throw new CallerGone()
    if (error instanceof MessageError) throw gatewayError.malformedRequest(error)
    throw error
  }
}

/** Rejects a body that is not declared as plain JSON. */
export function requireJson({ headers }: ServerRequest): void {
  const type = headers.get('content-type')
  if (type === undefined || !isJson(type)) {
    throw gatewayError.unsupportedMediaType(type ?? 'none')
  }
  const encoding = headers.get('content-encoding')
  if (encoding !== undefined && encoding !== 'identity') {
    throw gatewayError.unsupportedEncoding(encoding)
  }
}

function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  return type === 'application/json' || type.endsWith('+json')
}
