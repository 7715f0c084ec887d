import { message, type MessageType } from './message-type.ts'

/**
 * The messages of the built-in kinds that clients send (field numbers from Kubernetes' published
 * `generated.proto` files). Status is omitted where only the server writes it.
 */

const textList = { listOf: 'text' } as const
/** In a rule, an empty string is the core group. */
const textListWithEmpty = { listOf: 'text-or-empty' } as const

const ownerReference = message({
  1: ['kind', 'text'],
  3: ['name', 'text'],
  4: ['uid', 'text'],
  5: ['apiVersion', 'text'],
  6: ['controller', 'flag'],
  7: ['blockOwnerDeletion', 'flag'],
})

const fieldsV1Message = message({ 1: ['Raw', 'json'] })

const managedFieldsEntry = message({
  1: ['manager', 'text'],
  2: ['operation', 'text'],
  3: ['apiVersion', 'text'],
  4: ['time', 'time'],
  6: ['fieldsType', 'text'],
  7: ['fieldsV1', fieldsV1Message],
  8: ['subresource', 'text'],
})

const objectMeta = message({
  1: ['name', 'text'],
  2: ['generateName', 'text'],
  3: ['namespace', 'text'],
  5: ['uid', 'text'],
  6: ['resourceVersion', 'text'],
  7: ['generation', 'number'],
  8: ['creationTimestamp', 'time'],
  9: ['deletionTimestamp', 'time'],
  10: ['deletionGracePeriodSeconds', 'number?'],
  11: ['labels', { mapOf: 'text' }],
  12: ['annotations', { mapOf: 'text' }],
  13: ['ownerReferences', { listOf: ownerReference }],
  14: ['finalizers', textList],
  17: ['managedFields', { listOf: managedFieldsEntry }],
})

const objectReference = message({
  1: ['kind', 'text'],
  2: ['namespace', 'text'],
  3: ['name', 'text'],
  4: ['uid', 'text'],
  5: ['apiVersion', 'text'],
  6: ['resourceVersion', 'text'],
  7: ['fieldPath', 'text'],
})

const metadata = ['metadata', objectMeta] as const

const configMap = message({
  1: metadata,
  2: ['data', { mapOf: 'text' }],
  3: ['binaryData', { mapOf: 'bytes' }],
  4: ['immutable', 'flag'],
})

const secret = message({
  1: metadata,
  2: ['data', { mapOf: 'bytes' }],
  3: ['type', 'text'],
  4: ['stringData', { mapOf: 'text' }],
  5: ['immutable', 'flag'],
})

const namespaceMessage = message({
  1: metadata,
  2: ['spec', message({ 1: ['finalizers', textList] })],
  3: ['status', message({ 1: ['phase', 'text'] })],
})

const serviceAccount = message({
  1: metadata,
  2: ['secrets', { listOf: objectReference }],
  3: ['imagePullSecrets', { listOf: message({ 1: ['name', 'text'] }) }],
  4: ['automountServiceAccountToken', 'flag'],
})

const coreEvent = message({
  1: metadata,
  2: ['involvedObject', objectReference],
  3: ['reason', 'text'],
  4: ['message', 'text'],
  5: ['source', message({ 1: ['component', 'text'], 2: ['host', 'text'] })],
  6: ['firstTimestamp', 'time'],
  7: ['lastTimestamp', 'time'],
  8: ['count', 'number'],
  9: ['type', 'text'],
  10: ['eventTime', 'micro-time'],
  11: ['series', message({ 1: ['count', 'number'], 2: ['lastObservedTime', 'micro-time'] })],
  12: ['action', 'text'],
  13: ['related', objectReference],
  14: ['reportingComponent', 'text'],
  15: ['reportingInstance', 'text'],
})

const lease = message({
  1: metadata,
  2: [
    'spec',
    message({
      1: ['holderIdentity', 'text'],
      2: ['leaseDurationSeconds', 'number?'],
      3: ['acquireTime', 'micro-time'],
      4: ['renewTime', 'micro-time'],
      5: ['leaseTransitions', 'number?'],
      6: ['strategy', 'text'],
      7: ['preferredHolder', 'text'],
    }),
  ],
})

const servicePort = message({
  1: ['name', 'text'],
  2: ['protocol', 'text'],
  3: ['port', 'number'],
  4: ['targetPort', 'int-or-string'],
  5: ['nodePort', 'number'],
  6: ['appProtocol', 'text'],
})

const service = message({
  1: metadata,
  2: [
    'spec',
    message({
      1: ['ports', { listOf: servicePort }],
      2: ['selector', { mapOf: 'text' }],
      3: ['clusterIP', 'text'],
      4: ['type', 'text'],
      5: ['externalIPs', textList],
      7: ['sessionAffinity', 'text'],
      8: ['loadBalancerIP', 'text'],
      9: ['loadBalancerSourceRanges', textList],
      10: ['externalName', 'text'],
      11: ['externalTrafficPolicy', 'text'],
      12: ['healthCheckNodePort', 'number'],
      13: ['publishNotReadyAddresses', 'flag'],
      17: ['ipFamilyPolicy', 'text'],
      18: ['clusterIPs', textList],
      19: ['ipFamilies', textList],
      20: ['allocateLoadBalancerNodePorts', 'flag'],
      21: ['loadBalancerClass', 'text'],
      22: ['internalTrafficPolicy', 'text'],
    }),
  ],
})

const ruleMessage = message({
  1: ['verbs', textList],
  2: ['apiGroups', textListWithEmpty],
  3: ['resources', textList],
  4: ['resourceNames', textList],
  5: ['nonResourceURLs', textList],
})

const labelSelector = message({
  1: ['matchLabels', { mapOf: 'text' }],
  2: [
    'matchExpressions',
    {
      listOf: message({ 1: ['key', 'text'], 2: ['operator', 'text'], 3: ['values', textList] }),
    },
  ],
})

const role = message({ 1: metadata, 2: ['rules', { listOf: ruleMessage }] })

const clusterRole = message({
  1: metadata,
  2: ['rules', { listOf: ruleMessage }],
  3: ['aggregationRule', message({ 1: ['clusterRoleSelectors', { listOf: labelSelector }] })],
})

const subject = message({
  1: ['kind', 'text'],
  2: ['apiGroup', 'text'],
  3: ['name', 'text'],
  4: ['namespace', 'text'],
})

const roleBinding = message({
  1: metadata,
  2: ['subjects', { listOf: subject }],
  3: ['roleRef', message({ 1: ['apiGroup', 'text'], 2: ['kind', 'text'], 3: ['name', 'text'] })],
})

const resourceAttributesMessage = message({
  1: ['namespace', 'text'],
  2: ['verb', 'text'],
  3: ['group', 'text'],
  4: ['version', 'text'],
  5: ['resource', 'text'],
  6: ['subresource', 'text'],
  7: ['name', 'text'],
})

const accessFields = {
  1: ['resourceAttributes', resourceAttributesMessage],
  2: ['nonResourceAttributes', message({ 1: ['path', 'text'], 2: ['verb', 'text'] })],
} as const

const selfAccessReview = message({ 1: metadata, 2: ['spec', message(accessFields)] })

const accessReview = message({
  1: metadata,
  2: ['spec', message({ ...accessFields, 3: ['user', 'text'], 4: ['groups', textList] })],
})

const rulesReview = message({ 1: metadata, 2: ['spec', message({ 1: ['namespace', 'text'] })] })

const deleteOptions = message({
  1: ['gracePeriodSeconds', 'number?'],
  2: ['preconditions', message({ 1: ['uid', 'text'], 2: ['resourceVersion', 'text'] })],
  3: ['orphanDependents', 'flag'],
  4: ['propagationPolicy', 'text'],
  5: ['dryRun', textList],
})

const tokenRequest = message({
  1: metadata,
  2: ['spec', message({ 1: ['audiences', textList], 4: ['expirationSeconds', 'number?'] })],
})

const tokenReview = message({
  1: metadata,
  2: ['spec', message({ 1: ['token', 'text'], 2: ['audiences', textList] })],
})

/** By `apiVersion/kind`. */
export const messageTypes: ReadonlyMap<string, MessageType> = new Map([
  ['v1/ConfigMap', configMap],
  ['v1/Secret', secret],
  ['v1/Namespace', namespaceMessage],
  ['v1/ServiceAccount', serviceAccount],
  ['v1/Event', coreEvent],
  ['v1/Service', service],
  ['v1/DeleteOptions', deleteOptions],
  ['meta.k8s.io/v1/DeleteOptions', deleteOptions],
  ['coordination.k8s.io/v1/Lease', lease],
  ['rbac.authorization.k8s.io/v1/Role', role],
  ['rbac.authorization.k8s.io/v1/ClusterRole', clusterRole],
  ['rbac.authorization.k8s.io/v1/RoleBinding', roleBinding],
  ['rbac.authorization.k8s.io/v1/ClusterRoleBinding', roleBinding],
  ['authorization.k8s.io/v1/SelfSubjectAccessReview', selfAccessReview],
  ['authorization.k8s.io/v1/SubjectAccessReview', accessReview],
  ['authorization.k8s.io/v1/SelfSubjectRulesReview', rulesReview],
  ['authentication.k8s.io/v1/TokenRequest', tokenRequest],
  ['authentication.k8s.io/v1/TokenReview', tokenReview],
  ['authentication.k8s.io/v1/SelfSubjectReview', message({ 1: metadata })],
])
