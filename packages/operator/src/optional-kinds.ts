import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'

/** A route of the Gateway API. */
export const HTTPRoute: ResourceType<KubernetesObject> = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'HTTPRoute',
  plural: 'httproutes',
  namespaced: true,
}

/** What the Prometheus operator reads metrics by. */
export const PodMonitor: ResourceType<KubernetesObject> = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  kind: 'PodMonitor',
  plural: 'podmonitors',
  namespaced: true,
}

/** Servers of models, and who chooses among them: only gateways read them. */
export const inferencePools = {
  group: 'inference.networking.k8s.io',
  plural: 'inferencepools',
}

/** Kinds of others that a deployment may ask for, and that a cluster may lack. */
export const optionalKinds = [HTTPRoute, PodMonitor] as const
