import { describe, expect, it } from 'vitest'

import { decoded, refusals } from '../test-support/judged.ts'

describe('defaults of built-in kinds', () => {
  it.each<[string, object, object]>([
    [
      'NetworkPolicy',
      { spec: { egress: [{ ports: [{ port: 53 }] }] } },
      { spec: { policyTypes: ['Ingress', 'Egress'], egress: [{ ports: [{ protocol: 'TCP' }] }] } },
    ],
    [
      'IngressClass',
      { spec: { controller: 'a.b/c', parameters: { kind: 'K', name: 'n' } } },
      { spec: { parameters: { scope: 'Cluster' } } },
    ],
    [
      'ValidatingWebhookConfiguration',
      { webhooks: [{ clientConfig: { service: { name: 's', namespace: 'n' } } }] },
      {
        webhooks: [
          {
            failurePolicy: 'Fail',
            matchPolicy: 'Equivalent',
            timeoutSeconds: 10,
            namespaceSelector: {},
            clientConfig: { service: { port: 443 } },
          },
        ],
      },
    ],
    [
      'LimitRange',
      { spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' } }] } },
      {
        spec: {
          limits: [{ default: { cpu: '2' }, defaultRequest: { cpu: '2', memory: '1Mi' } }],
        },
      },
    ],
    ['PriorityClass', { value: 1 }, { preemptionPolicy: 'PreemptLowerPriority' }],
    [
      'StorageClass',
      { provisioner: 'p' },
      { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
    ],
    ['Node', { spec: { podCIDR: '10.2.0.0/24' } }, { spec: { podCIDRs: ['10.2.0.0/24'] } }],
    [
      'RoleBinding',
      { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
      {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
      },
    ],
    [
      'PriorityLevelConfiguration',
      { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } },
      {
        spec: {
          limited: {
            nominalConcurrencyShares: 30,
            limitResponse: { queuing: { handSize: 8, queues: 64, queueLengthLimit: 50 } },
          },
        },
      },
    ],
  ])('of a %s', (kind, fields, expected) => {
    expect(decoded(kind, fields)).toMatchObject(expected)
  })
})

describe('what built-in kinds refuse, as a real server words it', () => {
  it.each<[string, object, readonly string[]]>([
    [
      'NetworkPolicy',
      {
        spec: {
          ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }],
        },
      },
      [
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
      ],
    ],
    [
      'Ingress',
      { spec: {} },
      [
        'spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified',
      ],
    ],
    [
      'MutatingWebhookConfiguration',
      {
        webhooks: [
          {
            name: 'a.b.c',
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            clientConfig: { url: 'http://h/p' },
          },
        ],
      },
      [
        'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      ],
    ],
    [
      'ValidatingAdmissionPolicyBinding',
      { spec: { policyName: 'p', validationActions: ['Deny', 'Warn'] } },
      [
        'spec.validationActions: Invalid value: []admissionregistration.ValidationAction{"Deny", "Warn"}: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      'ResourceQuota',
      { spec: { hard: { bogusField: '1' }, scopes: ['none'] } },
      [
        'spec.hard[bogusField]: Invalid value: bogusField: must be a standard resource type or fully qualified',
        'spec.hard[bogusField]: Invalid value: bogusField: must be a standard resource for quota',
        'spec.scopes: Invalid value: []core.ResourceQuotaScope{"none"}: unsupported scope',
      ],
    ],
    [
      'LimitRange',
      { spec: { limits: [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }] } },
      [
        'spec.limits[0].min[cpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:2, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"2", Format:"DecimalSI"}: min value 2 is greater than max value 1',
      ],
    ],
    [
      'Node',
      { spec: { taints: [{ key: 'k', effect: 'Never' }] } },
      [
        'metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
    [
      'PersistentVolume',
      {
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          local: { path: '/d' },
        },
      },
      ['spec.nodeAffinity: Required value: Local volume requires node affinity'],
    ],
    [
      'Role',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
      [
        'rules[0].nonResourceURLs: Invalid value: []string{"/x"}: namespaced rules cannot apply to non-resource URLs',
      ],
    ],
    [
      'EndpointSlice',
      { addressType: 'IPv4', endpoints: [{ addresses: ['127.0.0.1', 'x'] }] },
      [
        'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        'endpoints[0].addresses[1]: Invalid value: "x": must be a valid IPv4 address',
        'endpoints[0].addresses[1]: Invalid value: "x": must be a valid IP address',
      ],
    ],
    [
      'PriorityClass',
      { metadata: { name: 'system-mine' }, value: 1 },
      [
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
      ],
    ],
    [
      'CertificateSigningRequest',
      { spec: { usages: ['client auth'], signerName: 'one' } },
      [
        'spec.request: Invalid value: []byte(nil): PEM block type must be CERTIFICATE REQUEST',
        'spec.signerName: Invalid value: "one": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      ],
    ],
    [
      'APIService',
      { spec: { group: 'g.io', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } },
      ['metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.g.io"'],
    ],
    [
      'FlowSchema',
      { spec: { priorityLevelConfiguration: { name: 'p' }, matchingPrecedence: 1 } },
      [
        "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      ],
    ],
  ])('of a %s', (kind, fields, expected) => {
    expect(refusals(kind, fields)).toEqual(expected)
  })

  it.each<[string, object, object, readonly string[]]>([
    [
      'StorageClass',
      { provisioner: 'a' },
      { provisioner: 'b' },
      ['provisioner: Forbidden: updates to provisioner are forbidden.'],
    ],
    [
      'PersistentVolumeClaim',
      claim('2Gi', 'fast'),
      claim('1Gi', 'slow'),
      [
        'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n  spec.resources\n  spec.storageClassName',
      ],
    ],
    [
      'ClusterRoleBinding',
      { roleRef: { kind: 'ClusterRole', name: 'a' } },
      { roleRef: { kind: 'ClusterRole', name: 'b' } },
      [
        'roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"a"}: cannot change roleRef',
      ],
    ],
  ])('of a changed %s', (kind, fields, previous, expected) => {
    expect(refusals(kind, fields, previous)).toEqual(expected)
  })
})

function claim(storage: string, storageClassName: string): object {
  const resources = { requests: { storage } }
  return { spec: { accessModes: ['ReadWriteOnce'], resources, storageClassName } }
}
