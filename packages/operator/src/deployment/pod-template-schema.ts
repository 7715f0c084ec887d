import type { StructuralSchema } from '@fairlead/kube-core'

/** By which field the items of a list are told apart when a patch is merged into it. */
function mergedBy(key: string, properties: StructuralSchema['properties'] = {}): StructuralSchema {
  return {
    type: 'array',
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': key,
    items: { type: 'object', properties },
  }
}

const containers = mergedBy('name', {
  env: mergedBy('name'),
  ports: mergedBy('containerPort'),
  volumeMounts: mergedBy('mountPath'),
  volumeDevices: mergedBy('devicePath'),
})

/** How Kubernetes merges the lists of a Pod template; every other list is replaced. */
export const podTemplateSchema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        containers,
        initContainers: containers,
        hostAliases: mergedBy('ip'),
        imagePullSecrets: mergedBy('name'),
        topologySpreadConstraints: mergedBy('topologyKey'),
        volumes: mergedBy('name'),
      },
    },
  },
}
