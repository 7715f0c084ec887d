import { errors, type KubernetesObject } from '@fairlead/kube-core'

import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'

export type JsonObject = Record<string, unknown>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Takes a decoded body as an object of `definition`.
 * @throws StatusError 400 when it is no object, or of another kind
 */
export function asObjectOf(definition: ResourceDefinition, body: unknown): KubernetesObject {
  if (!isJsonObject(body)) {
    throw errors.badRequest(
      `couldn't get version/kind; json parse error: the body must be an object of kind ${definition.kind}`,
    )
  }
  const { apiVersion, kind, metadata } = body
  const expected = servedApiVersion(definition)
  if (typeof kind !== 'string' || kind === '') {
    throw errors.badRequest(`Object 'Kind' is missing in '${summary(body)}'`)
  }
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    throw errors.badRequest(`Object 'apiVersion' is missing in '${summary(body)}'`)
  }
  if (apiVersion !== expected) {
    throw errors.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    )
  }
  if (kind !== definition.kind) {
    const version = apiVersion.split('/').at(-1) ?? apiVersion
    throw errors.badRequest(
      `${kind} in version "${version}" cannot be handled as a ${definition.kind}: ` +
        `the kind in the data (${kind}) does not match the expected kind (${definition.kind})`,
    )
  }
  if (metadata !== undefined && metadata !== null && !isJsonObject(metadata)) {
    throw errors.badRequest(
      `${kind} in version "${definition.version}" cannot be handled as a ${kind}: metadata must be an object`,
    )
  }
  return { ...body, apiVersion, kind, metadata: isJsonObject(metadata) ? metadata : {} }
}

function summary(body: JsonObject): string {
  const text = JSON.stringify(body)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
