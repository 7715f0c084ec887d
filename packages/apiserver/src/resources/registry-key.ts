import type { ObjectTarget } from './resource-target.ts'

/** Where etcd keeps kinds that are not kept under their own name. */
const prefixes: Readonly<Record<string, string>> = {
  endpoints: 'services/endpoints',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
  'ingresses.networking.k8s.io': 'ingress',
}

/** The key that a real server would use in etcd, which some of its messages show. */
export function registryKey({ definition, namespace, name }: ObjectTarget): string {
  const { storageResource, group, plural, origin } = definition
  const isGrouped =
    origin === 'custom' || group === 'apiextensions.k8s.io' || group === 'apiregistration.k8s.io'
  const prefix = prefixes[storageResource] ?? (isGrouped ? `${group}/${plural}` : plural)
  return ['/registry', prefix, ...(namespace === '' ? [] : [namespace]), name].join('/')
}
