import type { JsonObject } from '@fairlead/base'
import { readHeldBody } from '../call/held-body.ts'
import { checkedJsonObject } from '../http/json-body.ts'
import { requireJson } from '../http/read-body.ts'
import type { SurfaceRequest } from './surface.ts'

/**
 * The JSON object in the body of a request that the gateway answers itself; empty without a body.
 * Throws a ModelError for one that is too large, too deep or none.
 */
export async function readJson({ http, runtime, services }: SurfaceRequest): Promise<JsonObject> {
  const { request, record } = http
  if (request.headers.get('content-length') === '0') return {}
  requireJson(request)
  const { limits } = runtime.snapshot.gateway
  const held = await record.waitFor(readHeldBody(request, limits, services.heldBytes))
  try {
    return held.body.length === 0 ? {} : checkedJsonObject(held.body, limits.maxDepth).fields
  } finally {
    held.reservation.release()
  }
}
