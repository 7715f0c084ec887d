import { silentLogger } from '@fairlead/base'
import { defineResource, defineVersions } from '@fairlead/kube-core'
import { ConfigMap, Deployment, Secret, StatefulSet } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { ControllerBuilder } from '../controller/controller-builder.ts'
import { Manager } from '../manager/manager.ts'
import { operator } from '../operator/operator-builder.ts'
import { webhookBuilder } from '../webhook/webhook-builder.ts'
import { managerRules } from './manager-rules.ts'

const alone = { leaderElection: false, authenticatedMetrics: false }
const events = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] }
const reading = ['get', 'list', 'watch']

function rule(group: string, resource: string, verbs: readonly string[], names?: string[]) {
  return {
    apiGroups: [group],
    resources: [resource],
    verbs,
    ...(names && { resourceNames: names }),
  }
}

const offline = () => Manager.offline({ logger: silentLogger })

describe('the rules of a manager', () => {
  it('allow reading what controllers watch, and what they say that they need', () => {
    const manager = offline()
    new ControllerBuilder(manager)
      .for(Deployment)
      .owns(ConfigMap)
      .watches(Secret, () => [], { cluster: 'west' })
      .needs(ConfigMap, ['create', 'update'])
      .needs(Deployment, ['patch'], 'status')
      .needsRules([{ nonResourceURLs: ['/healthz'], verbs: ['get'] }])
      .build(async () => {})
    expect(managerRules(manager, alone)).toEqual({
      cluster: [
        { nonResourceURLs: ['/healthz'], verbs: ['get'] },
        rule('', 'configmaps', [...reading, 'create', 'update']),
        rule('apps', 'deployments', reading),
        rule('apps', 'deployments/status', ['patch']),
        events,
      ],
      namespace: [],
    })
  })

  it('allow what declared operators write', () => {
    const manager = offline()
    operator(manager)
      .for(Deployment)
      .child(StatefulSet, () => ({}))
      .needs(Secret, ['create'])
      .build()
    expect(managerRules(manager, alone).cluster).toEqual([
      rule('', 'secrets', ['create']),
      rule('apps', 'deployments', reading),
      rule('apps', 'deployments/finalizers', ['update']),
      rule('apps', 'statefulsets', [...reading, 'create', 'patch', 'delete']),
      events,
    ])
  })

  it('allow electing a leader, and asking who may read metrics', () => {
    expect(managerRules(offline())).toEqual({
      cluster: [
        rule('authentication.k8s.io', 'tokenreviews', ['create']),
        rule('authorization.k8s.io', 'subjectaccessreviews', ['create']),
        events,
      ],
      namespace: [rule('coordination.k8s.io', 'leases', ['get', 'create', 'update'])],
    })
  })

  it('allow making certificates, for what calls the webhooks and no more', () => {
    const manager = offline()
    webhookBuilder(manager)
      .for(Deployment)
      .defaults((deployment) => deployment)
      .build()
    manager.webhooks.converts(things)
    const certificates = { secret: 'certs', configurations: { mutating: 'mine' } }
    expect(managerRules(manager, { ...alone, certificates })).toEqual({
      cluster: [
        rule(
          'admissionregistration.k8s.io',
          'mutatingwebhookconfigurations',
          ['get', 'patch'],
          ['mine'],
        ),
        rule(
          'apiextensions.k8s.io',
          'customresourcedefinitions',
          ['get', 'patch'],
          ['things.example.com'],
        ),
        events,
      ],
      namespace: [
        rule('', 'secrets', ['create']),
        rule('', 'secrets', ['get', 'update'], ['certs']),
      ],
    })
    expect(managerRules(offline(), { ...alone, certificates }).namespace).toEqual([])
  })
})

function thing<const Version extends string>(version: Version) {
  return defineResource({
    group: 'example.com',
    version,
    kind: 'Thing',
    plural: 'things',
    description: 'A thing.',
    spec: { type: 'object', properties: { size: { type: 'integer' } } },
  })
}

const things = defineVersions(
  { v1: thing('v1'), v2: thing('v2') },
  {
    storage: 'v2',
    convert: { v1: { toHub: ({ spec }) => ({ spec }), fromHub: ({ spec }) => ({ spec }) } },
  },
)
