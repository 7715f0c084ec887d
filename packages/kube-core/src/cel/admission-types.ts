import {
  bool,
  type CelType,
  dyn,
  int,
  libraryObject,
  listOf,
  mapOf,
  objectOf,
  string,
  timestamp,
} from '@fairlead/cel'

const texts = listOf(string)
const textMap = mapOf(string)

const kindType = objectOf(
  { group: string, version: string, kind: string },
  'kubernetes.GroupVersionKind',
)
const resourceType = objectOf(
  { group: string, version: string, resource: string },
  'kubernetes.GroupVersionResource',
)

/** The variable `request`, as BuildRequestType in Kubernetes' apiserver. */
const requestType = objectOf(
  {
    kind: kindType,
    resource: resourceType,
    subResource: string,
    requestKind: kindType,
    requestResource: resourceType,
    requestSubResource: string,
    name: string,
    namespace: string,
    operation: string,
    userInfo: objectOf(
      { username: string, uid: string, groups: texts, extra: mapOf(texts) },
      'kubernetes.UserInfo',
    ),
    dryRun: bool,
    options: dyn,
  },
  'kubernetes.AdmissionRequest',
)

/** The variable `namespaceObject`, as BuildNamespaceType in Kubernetes' apiserver. */
const namespaceType = objectOf(
  {
    metadata: objectOf(
      {
        name: string,
        generateName: string,
        namespace: string,
        labels: textMap,
        annotations: textMap,
        UID: string,
        creationTimestamp: timestamp,
        deletionGracePeriodSeconds: int,
        deletionTimestamp: timestamp,
        generation: int,
        resourceVersion: string,
        finalizers: texts,
      },
      'kubernetes.NamespaceMetadata',
    ),
    spec: objectOf({ finalizers: texts }, 'kubernetes.NamespaceSpec'),
    status: objectOf(
      {
        conditions: listOf(
          objectOf(
            {
              status: string,
              type: string,
              lastTransitionTime: timestamp,
              message: string,
              reason: string,
            },
            'kubernetes.NamespaceCondition',
          ),
        ),
        phase: string,
      },
      'kubernetes.NamespaceStatus',
    ),
  },
  'kubernetes.Namespace',
)

/** What every expression of admission may name. */
export const admissionVariables: ReadonlyMap<string, CelType> = new Map([
  ['object', dyn],
  ['oldObject', dyn],
  ['namespaceObject', namespaceType],
  ['request', requestType],
])

export const authorizerType = libraryObject('kubernetes.authorization.Authorizer')

/** What expressions may name besides that may ask the authorizer. */
export const authorizerVariables: ReadonlyMap<string, CelType> = new Map([
  ['authorizer', authorizerType],
  ['authorizer.requestResource', libraryObject('kubernetes.authorization.ResourceCheck')],
])
