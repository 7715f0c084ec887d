import { endpointRemovalSeconds, shutdownSeconds } from '@fairlead/config'
import { applyStrategicMergePatch, parseGoDuration } from '@fairlead/kube-core'
import type { coreV1 } from '@fairlead/kube-types'
import { ports, type DeployedGateway } from './deployed-gateway.ts'
import { podTemplateSchema } from './pod-template-schema.ts'

/** Of the image; `nonroot` of distroless images. */
const userID = 65532
const dataDirectory = '/var/lib/fairlead'
/**
 * The Pods of a gateway, as the Pod Security Standard `restricted` has them, with the changes of
 * `podTemplate`. Throws a StatusError for a malformed patch.
 */
export function podTemplateOf(gateway: DeployedGateway): PodTemplateSpec {
  const { podTemplate = {} } = gateway.spec
  const template = applyStrategicMergePatch(ownTemplate(gateway), podTemplate, podTemplateSchema)
  const { metadata, ...rest } = template as PodTemplateSpec
  // What selects them cannot be changed.
  return {
    ...rest,
    metadata: { ...metadata, labels: { ...metadata?.labels, ...gateway.selector } },
  }
}

function ownTemplate(gateway: DeployedGateway): PodTemplateSpec {
  const { name, labels, selector, spec } = gateway
  const drainSeconds = Math.ceil(parseGoDuration(spec.drain) / 1000)
  return {
    metadata: { labels: { ...labels } },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: true,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: shutdownSeconds(drainSeconds),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: userID,
        runAsGroup: userID,
        fsGroup: userID,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(spec.imagePullSecrets && {
        imagePullSecrets: spec.imagePullSecrets.map(({ name: secret }) => ({ name: secret })),
      }),
      containers: [container(gateway, drainSeconds)],
      topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
        (topologyKey) => ({
          maxSkew: 1,
          topologyKey,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { ...selector } },
          matchLabelKeys: ['pod-template-hash'],
        }),
      ),
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  }
}

type PodTemplateSpec = coreV1.PodTemplateSpec
type Container = coreV1.Container

function container(gateway: DeployedGateway, drainSeconds: number): Container {
  const { image, spec } = gateway
  const { requests, limits } = spec.resources
  return {
    name: 'gateway',
    image,
    ...(spec.imagePullPolicy && { imagePullPolicy: spec.imagePullPolicy }),
    args: [
      'gateway',
      `--gateway=${gateway.namespace}/${gateway.gateway}`,
      '--host=0.0.0.0',
      `--gateway-port=${ports.http}`,
      `--admin-port=${ports.admin}`,
      `--data-dir=${dataDirectory}`,
      `--drain=${drainSeconds}s`,
      // Not a preStop hook: during the delay answers ask callers to connect elsewhere.
      `--shutdown-delay=${endpointRemovalSeconds}s`,
      '--named-secrets',
    ],
    env: [{ name: 'FAIRLEAD_REPLICA', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    ports: [
      { name: 'http', containerPort: ports.http, protocol: 'TCP' },
      { name: 'admin', containerPort: ports.admin, protocol: 'TCP' },
    ],
    resources: {
      ...(requests && { requests: amounts(requests) }),
      ...(limits && { limits: amounts(limits) }),
    },
    startupProbe: { ...probe('/healthz'), periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { ...probe('/healthz'), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 5, failureThreshold: 2 },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'data', mountPath: dataDirectory }],
  }
}

function probe(path: string) {
  return { httpGet: { path, port: 'admin' }, timeoutSeconds: 5 }
}

function amounts(list: Readonly<Record<string, number | string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(list).map(([name, amount]) => [name, String(amount)]))
}
