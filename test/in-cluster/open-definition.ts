import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'

/** A definition of the kind that takes any object, as if somebody else had installed it. */
export function openDefinition({ group, version, kind, plural }: ResourceType): KubernetesObject {
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  }
  const one = { name: version, served: true, storage: true, schema, subresources: { status: {} } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: { group, scope: 'Namespaced', names: { kind, plural }, versions: [one] },
  }
}
