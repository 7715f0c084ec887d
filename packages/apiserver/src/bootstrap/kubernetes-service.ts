import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import { recordAt } from '../definitions/fields.ts'
import {
  type BootstrapContext,
  type BootstrapObject,
  keyOf,
  storeBootstrapObject,
} from './bootstrap-object.ts'

/** The first address of the range from which Services get theirs. */
const clusterAddress = '10.0.0.1'
const name = 'kubernetes'
const namespace = 'default'

/** Where this server can be reached. */
interface ServerAddress {
  readonly address: string
  readonly port: number
}

/**
 * The Service `kubernetes` and its endpoints, by which pods find the API server; those of an earlier
 * run get the address of this one.
 */
export function ensureKubernetesService(context: BootstrapContext, server: ServerAddress): void {
  for (const object of [service(server), endpoints(server), endpointSlice(server)]) {
    const existing = context.storage.get(keyOf(object))
    if (existing === undefined) storeBootstrapObject(context, object)
    else update(context, existing, object)
  }
}

function update(
  { storage }: BootstrapContext,
  existing: KubernetesObject,
  wanted: BootstrapObject,
): void {
  const { spec, ...content } = wanted.content
  const given = spec === undefined ? {} : { spec: { ...recordAt(existing, 'spec'), ...spec } }
  const next: KubernetesObject = { ...existing, ...content, ...given }
  if (wanted.kind === 'Service') next['status'] = existing['status']
  if (deepEqual(next, existing)) return
  storage.update(keyOf(wanted), next, existing.metadata.resourceVersion ?? '')
}

function service({ port }: ServerAddress): BootstrapObject {
  return {
    resource: 'services',
    apiVersion: 'v1',
    kind: 'Service',
    namespace,
    name,
    labels: { component: 'apiserver', provider: 'kubernetes' },
    content: {
      spec: {
        ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
        clusterIP: clusterAddress,
        clusterIPs: [clusterAddress],
        type: 'ClusterIP',
        sessionAffinity: 'None',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        internalTrafficPolicy: 'Cluster',
      },
      status: { loadBalancer: {} },
    },
    owned: {
      'f:spec': {
        'f:clusterIP': {},
        'f:internalTrafficPolicy': {},
        'f:ipFamilyPolicy': {},
        'f:ports': {
          '.': {},
          'k:{"port":443,"protocol":"TCP"}': {
            '.': {},
            'f:name': {},
            'f:port': {},
            'f:protocol': {},
            'f:targetPort': {},
          },
        },
        'f:sessionAffinity': {},
        'f:type': {},
      },
    },
  }
}

function endpoints({ address, port }: ServerAddress): BootstrapObject {
  return {
    resource: 'endpoints',
    apiVersion: 'v1',
    kind: 'Endpoints',
    namespace,
    name,
    labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    content: {
      subsets: [
        { addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] },
      ],
    },
    owned: { 'f:subsets': {} },
  }
}

function endpointSlice({ address, port }: ServerAddress): BootstrapObject {
  return {
    resource: 'endpointslices.discovery.k8s.io',
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    namespace,
    name,
    labels: { 'kubernetes.io/service-name': name },
    generation: 1,
    content: {
      addressType: address.includes(':') ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: 'https', protocol: 'TCP', port }],
    },
    owned: { 'f:addressType': {}, 'f:endpoints': {}, 'f:ports': {} },
  }
}
