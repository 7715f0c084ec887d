import { type KubernetesObject, timestamp, trackUpdate } from '@fairlead/kube-core'

import type { ReviewServices } from '../auth/review-context.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { decodeObject } from '../resources/decode-object.ts'
import type { CollectionTarget } from '../resources/resource-target.ts'
import type { WriteOptions } from '../resources/write-options.ts'

/** Answers the creation of a review, which is not stored. @throws StatusError */
export function handleReview(
  review: NonNullable<ResourceDefinition['review']>,
  services: ReviewServices & { readonly now: number },
  { user }: Pick<ApiRequest, 'user'>,
  { definition, namespace }: CollectionTarget,
  body: unknown,
  options: WriteOptions,
): Handled {
  const decoded = decodeObject(definition, body, options)
  const metadata = namespace === '' ? decoded.metadata : { namespace, ...decoded.metadata }
  const question = { ...decoded, metadata }
  const { managedFields } = trackUpdate({
    before: definition.empty,
    after: question,
    schema: definition.schema,
    manager: options.fieldManager,
    now: timestamp(services.now),
  }).metadata
  // What is not stored has no time of creation, which a real server encodes all the same.
  const encoded = {
    ...metadata,
    creationTimestamp: null,
    ...(managedFields === undefined ? {} : { managedFields }),
  } as unknown as KubernetesObject['metadata']
  const answer = review({ ...question, metadata: encoded }, { ...services, user, namespace })
  return jsonResponse(201, answer)
}
