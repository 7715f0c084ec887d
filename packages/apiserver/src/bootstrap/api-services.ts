import type { BootstrapObject } from './bootstrap-object.ts'

/**
 * The versions of Kubernetes' API groups that this server serves itself, with the priorities that
 * Kubernetes' aggregator gives them (apiVersionPriorities).
 */
const versions: readonly (readonly [
  group: string,
  priority: number,
  versions: Readonly<Record<string, number>>,
])[] = [
  ['', 18_000, { v1: 1 }],
  ['apiregistration.k8s.io', 18_000, { v1: 15 }],
  ['apps', 17_800, { v1: 15 }],
  ['events.k8s.io', 17_750, { v1: 15 }],
  ['authentication.k8s.io', 17_700, { v1: 15 }],
  ['authorization.k8s.io', 17_600, { v1: 15 }],
  ['autoscaling', 17_500, { v1: 15, v2: 30 }],
  ['batch', 17_400, { v1: 15 }],
  ['certificates.k8s.io', 17_300, { v1: 15 }],
  ['networking.k8s.io', 17_200, { v1: 15 }],
  ['policy', 17_100, { v1: 15 }],
  ['rbac.authorization.k8s.io', 17_000, { v1: 15 }],
  ['storage.k8s.io', 16_800, { v1: 15 }],
  ['apiextensions.k8s.io', 16_700, { v1: 15 }],
  ['admissionregistration.k8s.io', 16_700, { v1: 15 }],
  ['scheduling.k8s.io', 16_600, { v1: 15 }],
  ['coordination.k8s.io', 16_500, { v1: 15 }],
  ['node.k8s.io', 16_300, { v1: 15 }],
  ['discovery.k8s.io', 16_200, { v1: 15 }],
  ['flowcontrol.apiserver.k8s.io', 16_100, { v1: 21 }],
]

/** What says that the server itself serves its groups. @param now since when */
export function localApiServices(now: string): BootstrapObject[] {
  return versions.flatMap(([group, groupPriorityMinimum, priorities]) =>
    Object.entries(priorities).map(([version, versionPriority]) => ({
      resource: 'apiservices.apiregistration.k8s.io',
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      name: `${version}.${group}`,
      labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' },
      content: {
        spec: {
          ...(group === '' ? {} : { group }),
          version,
          groupPriorityMinimum,
          versionPriority,
        },
        status: {
          conditions: [
            {
              type: 'Available',
              status: 'True',
              lastTransitionTime: now,
              reason: 'Local',
              message: 'Local APIServices are always available',
            },
          ],
        },
      },
      owned: {
        'f:spec': {
          ...(group === '' ? {} : { 'f:group': {} }),
          'f:groupPriorityMinimum': {},
          'f:version': {},
          'f:versionPriority': {},
        },
      },
    })),
  )
}
