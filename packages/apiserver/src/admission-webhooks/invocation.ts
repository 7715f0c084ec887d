import { toServed, toStored, type ResourceDefinition } from '../definitions/resource-definition.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { isExempt } from '../admission-matching/exempt.ts'
import { namespaceMatches, objectMatches } from '../admission-matching/label-match.ts'
import { matchedResource } from '../admission-matching/matched-resource.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { Webhook } from './webhook.ts'

/** What a webhook is asked about. */
export interface Invocation {
  readonly webhook: Webhook
  /** The request as it was made. */
  readonly request: AdmissionRequest
  /** The resource that the webhook's rules mean, which may be another version. */
  readonly as: ResourceDefinition
}

/**
 * Whether a webhook is to be called.
 * @throws StatusError 404 when its selector asks for a namespace that does not exist
 */
export function invocationFor(
  webhook: Webhook,
  request: AdmissionRequest,
  { registry, storage }: Pick<ResourceContext, 'registry' | 'storage'>,
): Invocation | undefined {
  if (isExempt(request)) return undefined
  const as = matchedResource(webhook.rules, webhook.matchPolicy, request, registry)
  if (as === undefined || !objectMatches(webhook.objectSelector, request)) return undefined
  if (!namespaceMatches(webhook.namespaceSelector, request, storage)) return undefined
  return { webhook, request, as }
}

/** The request with its objects in the version that the webhook wants. */
export function convertedRequest({ request, as }: Invocation): AdmissionRequest {
  const { definition, object, oldObject } = request
  if (as === definition || request.kind !== undefined) return request
  return {
    ...request,
    ...(object === undefined ? {} : { object: toServed(as, toStored(definition, object)) }),
    ...(oldObject === undefined
      ? {}
      : { oldObject: toServed(as, toStored(definition, oldObject)) }),
  }
}
