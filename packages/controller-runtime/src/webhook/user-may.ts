import { SubjectAccessReview } from '@fairlead/kube-types'

import type { Client } from '../client/client.ts'
import type { AdmissionRequest } from './admission-request.ts'

/**
 * Whether the user who makes a request may do something else with the same object, by the roles that
 * the API server knows: `await userMay(manager.client, request, 'scaledown')`. A verb can be any word,
 * for which roles are then written. The operator must be allowed to `create` `subjectaccessreviews`.
 */
export async function userMay(
  client: Pick<Client, 'create'>,
  { user, resource: { group, version, resource }, namespace, name, signal }: AdmissionRequest,
  verb: string,
): Promise<boolean> {
  const { username, uid, groups } = user
  const extra = Object.fromEntries(Object.entries(user.extra).map(([key, all]) => [key, [...all]]))
  const resourceAttributes = { verb, group, version, resource, namespace, name }
  const { status } = await client.create(
    SubjectAccessReview,
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: { user: username, uid, groups: [...groups], extra, resourceAttributes },
    },
    { signal },
  )
  return status?.allowed === true
}
