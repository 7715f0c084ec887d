import { deepFreeze, defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { atomicList, object, text, typed } from './schema/fields.ts'
import { namespaceName, objectName } from './schema/formats.ts'

const apiGroup = {
  max: 253,
  pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
}
const kindName = { min: 1, max: 63, pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$' }

const spec = object(
  'Which objects in other namespaces may refer to which objects in this namespace.',
  {
    from: atomicList(
      'Objects that may refer.',
      object('A kind in a namespace.', {
        group: text('API group; empty for the core group.', apiGroup),
        kind: text('Kind of the objects that may refer.', kindName),
        namespace: namespaceName('Namespace of the objects that may refer.'),
      }),
      { min: 1, max: 16 },
    ),
    to: atomicList(
      'Objects in this namespace that may be referred to.',
      object('A kind, or one object of it.', {
        group: text('API group; empty for the core group.', apiGroup),
        kind: text('Kind of the objects that may be referred to.', kindName),
        name: Type.Optional(objectName('Name of the object. If omitted, all objects of the kind.')),
      }),
      { min: 1, max: 16 },
    ),
  },
)

export type ReferenceGrantSpec = Static<typeof spec>
export type ReferenceGrant = Resource<ReferenceGrantSpec, unknown>

/**
 * Permits references across namespaces. It is the kind of the Gateway API; its definition here is
 * for clusters without the Gateway API and must never replace theirs.
 */
export const ReferenceGrant = withApproval(
  defineResource({
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    kind: 'ReferenceGrant',
    plural: 'referencegrants',
    shortNames: ['refgrant'],
    categories: ['gateway-api'],
    description: 'Permits objects in other namespaces to refer to objects in this namespace.',
    spec: typed(spec),
    printColumns: [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
  }),
)

/** The API server accepts groups under k8s.io only with an annotation about their approval. */
function withApproval<T extends { crd: { metadata: object } }>(resource: T): T {
  const annotations = {
    'api-approved.kubernetes.io':
      'unapproved, a shortened form of the definition of the Gateway API',
  }
  const crd = { ...resource.crd, metadata: { ...resource.crd.metadata, annotations } }
  return deepFreeze({ ...resource, crd })
}
