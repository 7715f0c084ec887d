import type { ServerRequest } from '@fairlead/http1'
import type { LLMGatewaySettings } from '@fairlead/snapshot'
import { gatewayError } from '../errors/gateway-error.ts'
import { readBody } from '../http/read-body.ts'
import type { HeldBytes, HeldBytesReservation } from './held-bytes.ts'

/** A body, and what it counts until whoever reads it gives it back. */
interface HeldBody {
  readonly body: Buffer
  readonly reservation: HeldBytesReservation
}

/**
 * The whole body, counted among the bytes that this process holds. Throws `too_many_buffered_bytes`
 * before reading, and as `readBody` does. A body of unknown length counts as the longest that is
 * allowed until it has been read.
 */
export async function readHeldBody(
  request: ServerRequest,
  limits: LLMGatewaySettings['limits'],
  heldBytes: HeldBytes,
): Promise<HeldBody> {
  const { maxRequestBytes, maxBufferedBytes } = limits
  const declared = Number(request.headers.get('content-length') ?? maxRequestBytes)
  // A longer one is refused before it is read.
  const wanted = declared > maxRequestBytes ? 0 : declared
  const reservation = heldBytes.reserve(wanted, maxBufferedBytes)
  if (reservation === undefined) throw gatewayError.tooManyBytes()
  try {
    const body = await readBody(request, maxRequestBytes)
    reservation.shrinkTo(body.length)
    return { body, reservation }
  } catch (error) {
    reservation.release()
    throw error
  }
}
