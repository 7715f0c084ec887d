import { formerVersion, LLMGateway, PromptTemplate, RoutingPolicy } from '@fairlead/api'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import {
  ClusterRole,
  CustomResourceDefinition,
  Deployment,
  HorizontalPodAutoscaler,
  NetworkPolicy,
  PodDisruptionBudget,
  Role,
  ServiceAccount,
  Service,
} from '@fairlead/kube-types'
import { untyped } from '@fairlead/kube-core'
import { optionalKinds } from '@fairlead/operator'
import { filesMatching, root } from '../../tools/source-tree.ts'
import { waitFor } from '../support/wait-for.ts'
import { type Cluster, namespace, operatorName } from './cluster.ts'
import { gatewayURL, statusOfCall } from './gateway-call.ts'
import { startPod } from './pod-process.ts'
import { podOf } from './pods.ts'

/** Where the gateway is that everything is done with, and another namespace that has a Secret for it. */
export const team = 'team'
export const vault = 'vault'
const key = { namespace: team, name: 'main' }
/** What the operator makes for it. */
export const made = { namespace: team, name: 'main-gateway' }

/** Kinds of what the operator makes in the namespace of a gateway. */
const madeKinds = [
  Deployment,
  HorizontalPodAutoscaler,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
  ...optionalKinds,
].map((type) => untyped(type))

/** A resource of Fairlead. */
export function resource(kind: string, name: string, spec: object): KubernetesObject {
  return { apiVersion: 'fairlead.dev/v1beta1', kind, metadata: { namespace: team, name }, spec }
}

const targets = [{ name: 'simulator', providerRef: { name: 'simulator' } }]
const versionOf = (settings: object) => ({
  name: 'v1',
  messages: [{ role: 'system', content: 'Be kind.' }],
  settings,
})

/** What gateways read, and the operator does not. */
export const InferencePool: ResourceType<KubernetesObject> = {
  group: 'inference.networking.k8s.io',
  version: 'v1',
  kind: 'InferencePool',
  plural: 'inferencepools',
  namespaced: true,
}
const pool: KubernetesObject = {
  apiVersion: `${InferencePool.group}/v1`,
  kind: InferencePool.kind,
  metadata: { namespace: vault, name: 'llama' },
  spec: {
    selector: { matchLabels: { app: 'llama' } },
    targetPorts: [{ number: 8000 }],
    endpointPickerRef: { name: 'picker', port: { number: 9002 } },
  },
}

function former(kind: string, name: string, spec: object): KubernetesObject {
  return { ...resource(kind, name, spec), apiVersion: `fairlead.dev/${formerVersion}` }
}

const targetRefs = [{ kind: 'LLMGateway', name: 'main' }]

/**
 * As the first version stored them: one of each kind, to be stored in the version of today. Those that
 * also have an older shape are two of a kind, as their migration tries with the first one.
 */
export const oldResources = [
  ...['first', 'second'].flatMap((name) => {
    const settings = { temperature: '0.7' }
    const retry = { attempts: 2, on: ['Timeout'] }
    const rules = [{ name: 'all', targets, retry }]
    const { name: version, ...rest } = versionOf(settings)
    return [
      former('RoutingPolicy', name, { gatewayRefs: [{ name: 'main' }], rules }),
      former('Persona', name, { instructions: 'Be kind.', settings }),
      former('PromptTemplate', name, { versions: [{ version, ...rest }] }),
    ]
  }),
  former('LLMGateway', 'first', {}),
  former('LLMProvider', 'first', { type: 'Simulator' }),
  former('ContextStrategy', 'first', {}),
  former('ConversationStore', 'first', { type: 'Memory' }),
  former('Consumer', 'first', { serviceAccounts: [`${team}/web`] }),
  former('UsagePolicy', 'first', {
    targetRefs,
    limits: [{ name: 'few', requests: 10, window: { every: '1h' } }],
  }),
  former('PriceBook', 'first', { targetRefs }),
  former('KnowledgeBase', 'first', {
    sources: [{ name: 'texts', configMapRef: { name: 'texts' } }],
  }),
  former('AccessPolicy', 'first', {
    targetRefs,
    action: 'Allow',
    resources: { models: ['*'] },
  }),
  former('GuardrailPolicy', 'first', {
    targetRefs,
    guards: [
      { name: 'pii', phases: ['Input'], builtin: { detectors: ['Email'] }, action: 'Annotate' },
    ],
  }),
  former('CachePolicy', 'first', { targetRefs }),
  former('PromptEvaluation', 'first', {
    promptRef: { name: 'first' },
    versions: ['1'],
    dataset: { configMapRef: { name: 'texts' } },
    metrics: [{ name: 'same', type: 'ExactMatch' }],
  }),
]

/** A definition with the names of a kind that the operator installs, which cannot be established then. */
const rival: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'rivals.gateway.networking.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
  },
  spec: {
    group: 'gateway.networking.k8s.io',
    scope: 'Namespaced',
    names: { kind: 'Rival', plural: 'rivals', shortNames: ['refgrant'] },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object' } },
      },
    ],
  },
}

/** What of the other namespace providers of the gateway's may name. */
const grant = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'ReferenceGrant',
  metadata: { namespace: vault, name: 'of-providers' },
  spec: {
    from: [{ group: 'fairlead.dev', kind: 'LLMProvider', namespace: team }],
    to: [
      { group: '', kind: 'Secret' },
      { group: InferencePool.group, kind: InferencePool.kind },
    ],
  },
}

function secret(place: string, name: string, value: string): KubernetesObject {
  const metadata = { namespace: place, name }
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'api-key': value } }
}

const { plural: definitionsPlural } = CustomResourceDefinition

/** Everything that an operator can make of a gateway. */
const wholeDeployment = {
  autoscaling: { minReplicas: 1, maxReplicas: 2 },
  parentRefs: [{ name: 'edge' }],
  hostnames: ['models.example.com'],
  podMonitor: {},
}

/**
 * Has the operator of the release, and then a gateway that it runs, do everything that they can do,
 * with `oldResources` to migrate. Resolves to the roles that the gateway then had.
 */
export async function useEverything(
  cluster: Cluster,
  operatorUser: string,
): Promise<readonly KubernetesObject[]> {
  const { environment, kubectl } = cluster
  const { client, faults } = environment
  await environment.install(rival)
  // Another writer is in the way of each migration.
  for (const plural of ['routingpolicies', 'personas', 'prompttemplates']) {
    const resourceName = `${plural}.fairlead.dev`
    const match = { verbs: ['update'], resource: resourceName, name: 'second', user: operatorUser }
    faults.inject({ ...match, times: 1, fault: { type: 'status', code: 409 } })
  }
  // As an administrator does who wants another leader.
  await kubectl('delete', 'lease', operatorName, '-n', namespace)
  let isWaiting = false
  const stop = environment.apiServer.onRequest(({ user, verb, resource: plural }) => {
    isWaiting ||= user === operatorUser && verb === 'watch' && plural === definitionsPlural
  })
  const starting = startPod(cluster, await podOf(cluster, operatorName))
  await waitFor('an operator that waits for a kind', () => isWaiting, 60_000)
  stop()
  await environment.remove(rival)
  await using operator = await starting
  await operator.ready()
  for (const file of filesMatching('packages/api/src/fixtures/*.yaml')) {
    if (!file.endsWith('alternatives.yaml')) await kubectl('apply', '-n', team, '-f', root + file)
  }
  await publishPrompt(cluster)
  await environment.install(...resourcesOfGateway())
  await useGateway(cluster)
  const roles = await rolesOf(cluster)
  await repeatEvent(cluster)
  const without = { type: 'merge' as const, body: { spec: { deployment: null } } }
  await client.patch(LLMGateway, key, without)
  for (const type of madeKinds) await environment.waitForDeletion(type, made)
  await waitFor('the end of its roles', async () => (await rolesOf(cluster)).length === 0)
  await operator.stop()
  return roles
}

function resourcesOfGateway(): readonly KubernetesObject[] {
  return [
    secret(team, 'web', 'sk-web'),
    secret(vault, 'far', 'sk-far'),
    grant,
    pool,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: team, name: 'web' } },
    resource('Consumer', 'web', {
      apiKeys: [{ name: 'first', secretRef: { name: 'web', key: 'api-key' } }],
      serviceAccounts: [{ namespace: team, name: 'web' }],
    }),
    resource('LLMProvider', 'simulator', {
      type: 'Simulator',
      credentials: [{ name: 'far', secretRef: { namespace: vault, name: 'far', key: 'api-key' } }],
    }),
    resource('LLMProvider', 'llama', {
      type: 'OpenAICompatible',
      backendRef: { group: InferencePool.group, kind: InferencePool.kind, ...pool.metadata },
    }),
    resource('LLMGateway', key.name, {
      auth: { methods: ['APIKey', 'ServiceAccount'] },
      defaults: { providers: [{ name: 'simulator' }, { name: 'llama' }] },
      deployment: wholeDeployment,
    }),
  ]
}

/** The operator's webhook asks who may, once the API server knows it. */
async function publishPrompt({ environment: { apiServer, client } }: Cluster): Promise<void> {
  let isAsked = false
  const stop = apiServer.onRequest(({ resource: plural }) => {
    isAsked ||= plural === 'subjectaccessreviews'
  })
  const prompt = { namespace: team, name: 'first' }
  for (let time = 1; !isAsked; time += 1) {
    const body = { spec: { expose: { path: `/prompt-${time}` } } }
    await client.patch(PromptTemplate, prompt, { type: 'merge', body })
    if (time === 1000) throw new Error('the operator does not ask who may publish')
  }
  stop()
}

async function useGateway(cluster: Cluster): Promise<void> {
  const { kubectl, environment } = cluster
  await using gateway = await startPod(cluster, await podOf(cluster, made.name, team))
  await gateway.ready()
  const url = await gatewayURL(gateway)
  await waitFor('the key', async () => (await statusOfCall(url, 'sk-web')) === 200)
  const token = (await kubectl('create', 'token', 'web', '-n', team)).trim()
  await waitFor('the account', async () => (await statusOfCall(url, token)) === 200)
  await environment.waitFor(LLMGateway, key, ({ status }) => status?.replicas?.length === 1)
  await gateway.stop()
}

/** The operator tells of the same a second time, which is one event that was seen twice. */
async function repeatEvent({ environment }: Cluster): Promise<void> {
  const policy = { namespace: team, name: 'first' }
  for (const gateway of ['nowhere', 'main', 'nowhere']) {
    const body = { spec: { gatewayRefs: [{ name: gateway }] } }
    const { metadata } = await environment.client.patch(RoutingPolicy, policy, {
      type: 'merge',
      body,
    })
    await environment.waitFor(RoutingPolicy, policy, ({ status }) =>
      Boolean(
        status?.conditions?.some(
          ({ type, observedGeneration }) =>
            type === 'Accepted' && observedGeneration === metadata.generation,
        ),
      ),
    )
  }
}

async function rolesOf({ environment: { client } }: Cluster): Promise<readonly KubernetesObject[]> {
  const place = { labelSelector: 'fairlead.dev/gateway=main' }
  const found = await Promise.all([client.list(ClusterRole, place), client.list(Role, place)])
  return found.flatMap(({ items }) => items as object[] as KubernetesObject[])
}
