import type { KubernetesObject } from '@fairlead/kube-core'

import { recordsAt, textsAt, type Fields } from '../../../definitions/fields.ts'
import type { MutableObject } from '../../../definitions/resource-definition.ts'
import {
  isExternallyAccessible,
  isSameList,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  nodePortsOf,
  specOf,
} from './service-fields.ts'

/**
 * Clears what a Service no longer needs since its type has changed, unless the client has changed it
 * too; as dropTypeDependentFields of Kubernetes' Service strategy.
 */
export function dropForType(service: MutableObject, previous: KubernetesObject): void {
  const next = specOf(service)
  const before = specOf(previous)
  if (needsClusterIp(before) && !needsClusterIp(next)) {
    if (hasSame(next, before, 'clusterIP') && hasSameList(next, before, 'clusterIPs')) {
      delete next['clusterIP']
      delete next['clusterIPs']
    }
    if (hasSameList(next, before, 'ipFamilies')) delete next['ipFamilies']
    if (hasSame(next, before, 'ipFamilyPolicy')) delete next['ipFamilyPolicy']
  }
  if (needsNodePort(before) && !needsNodePort(next)) {
    const had = new Set(nodePortsOf(before))
    if (nodePortsOf(next).every((port) => had.has(port))) {
      for (const port of recordsAt(next, 'ports')) delete port['nodePort']
    }
  }
  const drop = (field: string, needs: (spec: Fields) => boolean): void => {
    if (needs(before) && !needs(next) && hasSame(next, before, field)) delete next[field]
  }
  const isBalancer = (spec: Fields): boolean => spec['type'] === 'LoadBalancer'
  drop('healthCheckNodePort', needsHealthCheckPort)
  drop('allocateLoadBalancerNodePorts', isBalancer)
  drop('loadBalancerClass', isBalancer)
  drop('externalTrafficPolicy', isExternallyAccessible)
  if (isBalancer(before) && !isBalancer(next)) service['status'] = { loadBalancer: {} }
}

function hasSame(next: Fields, before: Fields, field: string): boolean {
  return next[field] === before[field]
}

function hasSameList(next: Fields, before: Fields, field: string): boolean {
  return isSameList(textsAt(next, field), textsAt(before, field))
}
