import { definitions, LLMGateway } from '@fairlead/api'
import { silentLogger } from '@fairlead/base'
import { kinds } from '@fairlead/config'
import type { Manager } from '@fairlead/controller-runtime'
import {
  ClusterRole,
  ClusterRoleBinding,
  Deployment,
  HorizontalPodAutoscaler,
  NetworkPolicy,
  PodDisruptionBudget,
  Pod,
  Role,
  RoleBinding,
  Service,
  ServiceAccount,
  type rbacV1,
} from '@fairlead/kube-types'
import { operatorRules, optionalKinds, setupOperator } from '@fairlead/operator'
import { untyped, type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { settled, TestEnvironment } from '@fairlead/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const key = { namespace: 'team', name: 'main' }
const made = { namespace: 'team', name: 'main-gateway' }
const wide = { name: 'fairlead:gateway:team:main' }
const fieldManager = 'kubectl'

/** Everything that is made for a gateway in its namespace, whatever its spec. */
const always = [ServiceAccount, NetworkPolicy, Deployment, Service, PodDisruptionBudget].map(
  (type) => untyped(type),
)

let environment: TestEnvironment<'operator'>
let manager: Manager

beforeEach(async () => {
  environment = await TestEnvironment.start({
    server: 'in-process',
    apiServer: { stages: true },
    crds: [...definitions],
    users: { operator: { rules: operatorRules as rbacV1.PolicyRule[] } },
    objects: [
      namespace('team', { 'pod-security.kubernetes.io/enforce': 'restricted' }),
      namespace('vault', {}),
    ],
  })
  manager = await environment.manager((started) => operate(started), {
    as: environment.users.operator,
  })
})

afterEach(() => environment.stop())

function operate(started: Manager, optional: readonly ResourceType[] = []): void {
  setupOperator(started, {
    capabilities,
    kinds,
    logger: silentLogger,
    deployments: {
      image: 'ghcr.io/fairlead/fairlead:1.2.3',
      version: '1.2.3',
      optionalKinds: optional,
    },
  })
}

/** A definition of the kind that takes any object. */
function openDefinition({ group, version, kind, plural }: ResourceType): KubernetesObject {
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

function namespace(name: string, labels: Record<string, string>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

function resource(kind: string, name: string, spec: object, place = 'team'): KubernetesObject {
  return { apiVersion: 'fairlead.dev/v1beta1', kind, metadata: { namespace: place, name }, spec }
}

/** Applies the gateway with this `spec.deployment`. */
async function deploy(deployment: object | undefined, spec: object = {}): Promise<void> {
  const gateway = resource('LLMGateway', 'main', { ...spec, ...(deployment && { deployment }) })
  await environment.client.apply(LLMGateway, gateway as never, { fieldManager, force: true })
}

function deployed(replicas: number) {
  return environment.waitFor(
    LLMGateway,
    key,
    ({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Deployed' && is === 'True') ===
        true && status.deployment?.readyReplicas === replicas,
  )
}

describe('a gateway with spec.deployment', () => {
  it('runs as declared, with an address, and Pods that the restricted standard accepts', async () => {
    await deploy({ replicas: 2, service: { type: 'LoadBalancer' } })
    const { status } = await deployed(2)
    for (const type of always) {
      const { metadata } = await environment.client.get(type, made)
      expect(metadata.ownerReferences?.[0]).toMatchObject({ kind: 'LLMGateway', name: 'main' })
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/name': 'fairlead-gateway',
        'app.kubernetes.io/instance': 'main',
        'app.kubernetes.io/managed-by': 'fairlead',
        'fairlead.dev/gateway': 'main',
      })
    }
    expect(status?.deployment).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      summary: '2/2',
      selector: 'app.kubernetes.io/name=fairlead-gateway,app.kubernetes.io/instance=main',
    })
    expect(status?.addresses).toEqual([
      { type: 'IPAddress', value: '192.0.2.1' },
      { type: 'Hostname', value: 'main-gateway.team.svc' },
    ])
    await settled(manager)
    const { items } = await environment.client.list(Pod, { namespace: 'team' })
    expect(items.length).toBe(2)
  })

  it('is mended where others change what was made, and made anew where they delete it', async () => {
    await deploy({ replicas: 1 })
    await deployed(1)
    const { client } = environment
    const service = await client.get(Service, made)
    await client.patch(Service, made, {
      type: 'merge',
      body: { spec: { type: 'NodePort' } },
    })
    await environment.waitFor(Service, made, ({ spec }) => spec?.type === 'ClusterIP')
    await client.delete(Deployment, made)
    await environment.waitFor(Deployment, made, ({ status }) => status?.readyReplicas === 1)
    await client.delete(Role, made)
    await environment.waitFor(Role, made)
    expect((await client.get(Service, made)).metadata.uid).toBe(service.metadata.uid)
  })

  it('is gone without a trace, status included, when the field goes', async () => {
    await deploy({ replicas: 1, autoscaling: undefined })
    await deployed(1)
    await deploy(undefined)
    for (const type of [...always, untyped(Role), untyped(RoleBinding)]) {
      await environment.waitForDeletion(type, made)
    }
    await environment.waitForDeletion(ClusterRole, wide)
    await environment.waitForDeletion(ClusterRoleBinding, wide)
    const { metadata, status } = await environment.waitFor(
      LLMGateway,
      key,
      ({ metadata: { finalizers = [] }, status: now }) =>
        finalizers.length === 0 && now?.deployment === undefined,
    )
    expect(metadata.finalizers).toBeUndefined()
    expect(status?.addresses).toBeUndefined()
    expect(status?.conditions?.map(({ type }) => type)).not.toContain('Deployed')
  })

  it('takes its permissions with it when it is deleted', async () => {
    await deploy({})
    await deployed(1)
    await environment.client.delete(LLMGateway, key)
    await environment.waitForDeletion(LLMGateway, key)
    await environment.waitForDeletion(ClusterRole, wide)
    await environment.waitForDeletion(Deployment, made)
  })

  it('may read the Secrets that its configuration names, and no other', async () => {
    const provider = (name: string, secret: object) =>
      resource('LLMProvider', name, {
        type: 'OpenAI',
        credentials: [{ name: 'main', secretRef: { key: 'key', ...secret } }],
      })
    await environment.install(
      provider('near', { name: 'near-key' }),
      provider('far', { name: 'far-key', namespace: 'vault' }),
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'ReferenceGrant',
        metadata: { namespace: 'vault', name: 'keys' },
        spec: {
          from: [{ group: 'fairlead.dev', kind: 'LLMProvider', namespace: 'team' }],
          to: [{ group: '', kind: 'Secret' }],
        },
      },
    )
    await deploy({}, { defaults: { providers: [{ name: 'near' }, { name: 'far' }] } })
    const read = ['list', 'watch']
    const secrets = (names: string[]) => ({
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: names,
      verbs: read,
    })
    const names = (role: { readonly rules?: readonly unknown[] }) => role.rules?.length
    const near = await environment.waitFor(Role, made, (role) => names(role) === 2)
    expect(near.rules).toEqual([
      {
        apiGroups: ['fairlead.dev'],
        resources: ['llmgateways/status'],
        resourceNames: ['main'],
        verbs: ['patch'],
      },
      secrets(['near-key']),
    ])
    const farKey = { namespace: 'vault', ...wide }
    const far = await environment.waitFor(Role, farKey)
    expect(far.rules).toEqual([secrets(['far-key'])])
    const binding = await environment.waitFor(RoleBinding, farKey)
    expect(binding.subjects).toEqual([{ kind: 'ServiceAccount', ...made }])

    await environment.remove({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ReferenceGrant',
      metadata: { namespace: 'vault', name: 'keys' },
    })
    await environment.waitForDeletion(Role, farKey)
    await environment.waitForDeletion(RoleBinding, farKey)
  })

  it('is scaled as a Deployment is, and by an autoscaler without going back to one replica', async () => {
    const { client } = environment
    await deploy({ replicas: 2 })
    await deployed(2)
    const scale = client.subresource('scale')
    const { spec } = (await scale.get(LLMGateway, key)) as KubernetesObject
    expect(spec).toEqual({ replicas: 2 })
    await scale.patch(LLMGateway, key, { type: 'merge', body: { spec: { replicas: 3 } } })
    await environment.waitFor(Deployment, made, ({ spec: now }) => now?.replicas === 3)
    await client.patch(LLMGateway, key, {
      type: 'merge',
      body: {
        spec: { deployment: { replicas: null, autoscaling: { minReplicas: 2, maxReplicas: 5 } } },
      },
    })
    const autoscaler = await environment.waitFor(HorizontalPodAutoscaler, made)
    expect(autoscaler.spec).toMatchObject({
      minReplicas: 2,
      maxReplicas: 5,
      scaleTargetRef: { kind: 'Deployment', name: 'main-gateway' },
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
      ],
    })
    expect((await client.get(Deployment, made)).spec?.replicas).toBe(3)
  })

  it('says what the API server refuses of it', async () => {
    await deploy({ podTemplate: { spec: { containers: [{ name: 'gateway', image: '' }] } } })
    const { status } = await environment.waitFor(LLMGateway, key, ({ status: now }) =>
      Boolean(now?.conditions?.some(({ reason }) => reason === 'Failed')),
    )
    const condition = status?.conditions?.find(({ type }) => type === 'Deployed')
    expect(condition?.message).toContain('Deployment team/main-gateway')
    expect(condition?.message).toContain('image')
  })

  it('says which kind of others is missing', async () => {
    await deploy({ parentRefs: [{ name: 'edge' }], podMonitor: {} })
    const { status } = await environment.waitFor(LLMGateway, key, ({ status: now }) =>
      Boolean(now?.conditions?.some(({ reason }) => reason === 'KindNotFound')),
    )
    expect(status?.conditions?.find(({ type }) => type === 'Deployed')?.message).toBe(
      'spec.deployment.parentRefs needs HTTPRoute of the Gateway API; spec.deployment.podMonitor needs PodMonitor of the Prometheus operator: install what is missing, and restart the operator',
    )
  })

  it('is reached through Gateways and read by Prometheus, where these kinds exist', async () => {
    await environment.stopManager(manager)
    await environment.install(...optionalKinds.map(openDefinition))
    manager = await environment.manager((started) => operate(started, optionalKinds), {
      as: environment.users.operator,
    })
    await deploy({
      parentRefs: [{ name: 'edge', namespace: 'vault' }],
      hostnames: ['models.example.com'],
      podMonitor: { labels: { release: 'prometheus' } },
    })
    const [HTTPRoute, PodMonitor] = optionalKinds
    const route = await environment.waitFor(HTTPRoute, made)
    expect(route['spec']).toMatchObject({
      parentRefs: [{ name: 'edge', namespace: 'vault' }],
      hostnames: ['models.example.com'],
      rules: [{ backendRefs: [{ name: 'main-gateway', port: 80 }] }],
    })
    const monitor = await environment.waitFor(PodMonitor, made)
    expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus' })
    const parent = {
      parentRef: { name: 'edge', namespace: 'vault' },
      conditions: [{ type: 'Accepted', status: 'True' }],
    }
    await environment.client.status.patch(HTTPRoute, made, {
      type: 'merge',
      body: { status: { parents: [parent] } },
    })
    const { status } = await deployed(1)
    expect(status?.addresses?.[0]).toEqual({ type: 'Hostname', value: 'models.example.com' })
    await deploy({})
    await environment.waitForDeletion(HTTPRoute, made)
    await environment.waitForDeletion(PodMonitor, made)
  })

  it.each([
    ['host names without Gateways', { hostnames: ['a.example.com'] }, 'parentRefs'],
    ['replicas and autoscaling', { replicas: 1, autoscaling: { maxReplicas: 2 } }, 'not both'],
    [
      'fewer at most than at least',
      { autoscaling: { minReplicas: 3, maxReplicas: 2 } },
      'minReplicas',
    ],
    [
      'two disruption budgets',
      { disruptionBudget: { minAvailable: 1, maxUnavailable: '50%' } },
      'not both',
    ],
    [
      'a class without a load balancer',
      { service: { loadBalancerClass: 'a' } },
      'LoadBalancer only',
    ],
    ['callers that are nobody', { networkPolicy: { from: [{}] } }, 'ipBlock'],
    ['an amount that is none', { resources: { limits: { cpu: 'much' } } }, 'cpu'],
  ])('is refused with %s', async (_what, deployment, message) => {
    await expect(deploy(deployment)).rejects.toThrow(message)
  })
})
