import type { JsonObject } from '@fairlead/base'
import { renamedParameters, type ServerQuirks } from '../../operations/chat/server-quirks.ts'

/** The fields of a body as a server with quirks takes them. */
export function serverBody(body: JsonObject, quirks: ServerQuirks = {}): JsonObject {
  const { parameterNames = {}, refusedParameters = [] } = quirks
  const own = { ...body }
  for (const name of refusedParameters) delete own[name]
  for (const name of renamedParameters) {
    const theirs = parameterNames[name]
    if (theirs === undefined || !(name in own)) continue
    own[theirs] = own[name]
    delete own[name]
  }
  return own
}
