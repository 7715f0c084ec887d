const alpha = 'io.k8s.api.admissionregistration.v1alpha1'
const core = 'io.k8s.api.core.v1'

/**
 * Structs that have one owner as a whole and are replaced as a whole, as OpenAPI publishes it
 * (`x-kubernetes-map-type: atomic`).
 */
export const atomicTypes: ReadonlySet<string> = new Set([
  'io.k8s.api.admissionregistration.v1.MatchResources',
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  'io.k8s.api.admissionregistration.v1.ParamKind',
  'io.k8s.api.admissionregistration.v1.ParamRef',
  'io.k8s.api.admissionregistration.v1.Variable',
  `${alpha}.MatchResources`,
  `${alpha}.NamedRuleWithOperations`,
  `${alpha}.ParamKind`,
  `${alpha}.ParamRef`,
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
  `${core}.ConfigMapKeySelector`,
  `${core}.EndpointAddress`,
  `${core}.EndpointPort`,
  `${core}.LocalObjectReference`,
  `${core}.NodeSelector`,
  `${core}.NodeSelectorTerm`,
  `${core}.ObjectFieldSelector`,
  `${core}.ObjectReference`,
  `${core}.ResourceFieldSelector`,
  `${core}.ScopeSelector`,
  `${core}.SecretKeySelector`,
  `${core}.SecretReference`,
  `${core}.TopologySelectorTerm`,
  `${core}.TypedLocalObjectReference`,
  'io.k8s.api.discovery.v1.EndpointPort',
  'io.k8s.api.networking.v1.ServiceBackendPort',
  'io.k8s.api.rbac.v1.RoleRef',
  'io.k8s.api.rbac.v1.Subject',
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
])
