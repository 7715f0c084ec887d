import { isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'

/**
 * Updates whose body was recorded as it was changed for a later one: their answers show what they
 * had then.
 */
const sentBodies: Readonly<Record<string, (body: JsonObject) => JsonObject>> = {
  'cr crd update': (body) => withNames(withVersion(body), { kind: 'Widget' }),
  'crd change scope': (body) => withVersion(body),
}

function withVersion(body: JsonObject): JsonObject {
  return { ...body, metadata: { ...objectOrEmpty(body['metadata']), resourceVersion: '272' } }
}

function withNames(body: JsonObject, names: JsonObject): JsonObject {
  const spec = objectOrEmpty(body['spec'])
  return { ...body, spec: { ...spec, names: { ...objectOrEmpty(spec['names']), ...names } } }
}

/** What was sent by the request of that id, of which `body` was recorded. */
export function sentBody(id: string, body: unknown): unknown {
  return isJsonObject(body) ? (sentBodies[id]?.(body) ?? body) : body
}
