import { AdmissionExpressions } from '@fairlead/kube-core'

import { builtInResources } from '../api-types/built-in-resource.ts'
import { optionalResources } from '../api-types/optional-resources.ts'
import { definitionRules } from '../crds/definition-kind.ts'
import { builtInKind, type KindRules } from '../definitions/built-in-kind.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { mutatingAdmissionPolicyBindingRules } from './admissionregistration/mutating-admission-policy-binding.ts'
import { mutatingAdmissionPolicyRules } from './admissionregistration/mutating-admission-policy.ts'
import { validatingAdmissionPolicyBindingRules } from './admissionregistration/validating-admission-policy-binding.ts'
import { validatingAdmissionPolicyRules } from './admissionregistration/validating-admission-policy.ts'
import {
  mutatingWebhookConfigurationRules,
  validatingWebhookConfigurationRules,
} from './admissionregistration/webhook-configuration.ts'
import { apiServiceRules } from './apiregistration/api-service.ts'
import { certificateSigningRequestRules } from './certificates/certificate-signing-request.ts'
import { nodeRules } from './core/node.ts'
import { persistentVolumeClaimRules } from './core/persistent-volume-claim.ts'
import { persistentVolumeRules } from './core/persistent-volume.ts'
import { flowSchemaRules } from './flowcontrol/flow-schema.ts'
import { priorityLevelConfigurationRules } from './flowcontrol/priority-level-configuration.ts'
import { csiDriverRules } from './storage/csi-driver.ts'
import { csiNodeRules } from './storage/csi-node.ts'
import { csiStorageCapacityRules } from './storage/csi-storage-capacity.ts'
import { volumeAttachmentRules } from './storage/volume-attachment.ts'
import { selfSubjectReviewRules, tokenReviewRules } from './authentication/identity-reviews.ts'
import {
  localSubjectAccessReviewRules,
  selfSubjectAccessReviewRules,
  subjectAccessReviewRules,
} from './authorization/access-reviews.ts'
import { selfSubjectRulesReviewRules } from './authorization/rules-review.ts'
import { controllerRevisionRules } from './apps/controller-revision.ts'
import { daemonSetRules } from './apps/daemon-set.ts'
import { deploymentRules } from './apps/deployment.ts'
import { replicaSetRules } from './apps/replica-set.ts'
import { statefulSetRules } from './apps/stateful-set.ts'
import { cronJobRules } from './batch/cron-job.ts'
import { jobRules } from './batch/job.ts'
import { podRules } from './core/pod.ts'
import { podTemplateRules } from './core/pod-template.ts'
import { replicationControllerRules } from './core/replication-controller.ts'
import { podDisruptionBudgetRules } from './policy/pod-disruption-budget.ts'
import {
  horizontalPodAutoscalerRules,
  olderHorizontalPodAutoscalerRules,
} from './autoscaling/horizontal-pod-autoscaler.ts'
import { leaseRules } from './coordination/lease.ts'
import { componentStatusRules } from './core/component-status.ts'
import { configMapRules } from './core/config-map.ts'
import { endpointsRules } from './core/endpoints.ts'
import { limitRangeRules } from './core/limit-range.ts'
import { namespaceRules } from './core/namespace.ts'
import { resourceQuotaRules } from './core/resource-quota.ts'
import { secretRules } from './core/secret.ts'
import { serviceAccountRules } from './core/service-account.ts'
import { serviceRules } from './core/service/service.ts'
import { endpointSliceRules } from './discovery/endpoint-slice.ts'
import { coreEventRules, eventRules } from './events/event.ts'
import { ingressClassRules } from './networking/ingress-class.ts'
import { ingressRules } from './networking/ingress.ts'
import { networkPolicyRules } from './networking/network-policy.ts'
import { runtimeClassRules } from './node/runtime-class.ts'
import { clusterRoleBindingRules, roleBindingRules } from './rbac/role-bindings.ts'
import { clusterRoleRules, roleRules } from './rbac/roles.ts'
import { priorityClassRules } from './scheduling/priority-class.ts'
import { storageClassRules } from './storage/storage-class.ts'

/** What each kind does differently from others, for one server. */
const rulesOfServer = (expressions: AdmissionExpressions): readonly KindRules[] => [
  apiServiceRules,
  certificateSigningRequestRules,
  clusterRoleBindingRules,
  clusterRoleRules,
  componentStatusRules,
  configMapRules,
  controllerRevisionRules,
  coreEventRules,
  cronJobRules,
  csiDriverRules,
  csiNodeRules,
  csiStorageCapacityRules,
  daemonSetRules,
  definitionRules,
  deploymentRules,
  endpointSliceRules,
  endpointsRules,
  eventRules,
  flowSchemaRules,
  horizontalPodAutoscalerRules,
  ingressClassRules,
  ingressRules,
  jobRules,
  leaseRules,
  limitRangeRules,
  localSubjectAccessReviewRules,
  mutatingAdmissionPolicyBindingRules,
  mutatingAdmissionPolicyRules(expressions),
  mutatingWebhookConfigurationRules(expressions),
  namespaceRules,
  networkPolicyRules,
  nodeRules,
  olderHorizontalPodAutoscalerRules,
  persistentVolumeClaimRules,
  persistentVolumeRules,
  podDisruptionBudgetRules,
  podRules,
  podTemplateRules,
  priorityClassRules,
  priorityLevelConfigurationRules,
  replicaSetRules,
  replicationControllerRules,
  resourceQuotaRules,
  roleBindingRules,
  roleRules,
  runtimeClassRules,
  secretRules,
  selfSubjectAccessReviewRules,
  selfSubjectReviewRules,
  selfSubjectRulesReviewRules,
  serviceAccountRules,
  serviceRules(),
  statefulSetRules,
  storageClassRules,
  subjectAccessReviewRules,
  tokenReviewRules,
  validatingAdmissionPolicyBindingRules,
  validatingAdmissionPolicyRules(expressions),
  validatingWebhookConfigurationRules(expressions),
  volumeAttachmentRules,
]

/**
 * All kinds that a server serves without a CustomResourceDefinition; of each server its own.
 * @param expressions compile those of policies and webhooks; the server's, if it has them already
 * @param optionalVersions which are served besides the default ones
 */
export function builtInKinds(
  expressions = new AdmissionExpressions(),
  optionalVersions: ReadonlySet<string> = new Set(),
): readonly ResourceDefinition[] {
  const rules = new Map(rulesOfServer(expressions).map((each) => [nameOf(each), each]))
  const optional = optionalResources.filter(({ group, version }) => {
    return optionalVersions.has(`${group}/${version}`)
  })
  return [...builtInResources(), ...optional].map((resource) => {
    const { group, plural } = resource
    return builtInKind(
      resource,
      rules.get(nameOf(resource)) ?? rules.get(nameOf({ group, plural })),
    )
  })
}

/** `deployments.apps/v1`, or without the version what has the same rules in all. */
function nameOf({
  group,
  plural,
  version = '',
}: Pick<KindRules, 'group' | 'plural' | 'version'>): string {
  return `${plural}.${group}/${version}`
}
