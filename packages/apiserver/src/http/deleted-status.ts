import type { KubernetesObject } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'

/** The answer to the deletion of an object that is gone already. */
export function deletedStatus(definition: ResourceDefinition, object: KubernetesObject): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(definition.group === '' ? {} : { group: definition.group }),
      kind: definition.plural,
      uid: object.metadata.uid,
    },
  }
}
