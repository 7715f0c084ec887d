import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { definitions, LLMGateway } from '@fairlead/api'
import { silentLogger } from '@fairlead/base'
import { kinds } from '@fairlead/config'
import type { KubernetesObject } from '@fairlead/kube-core'
import { type coreV1, Deployment } from '@fairlead/kube-types'
import { setupOperator } from '@fairlead/operator'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { TestEnvironment } from '@fairlead/testing'
import { accountKubeconfig } from '../support/account-kubeconfig.ts'

const namespace = 'team'
const made = { namespace, name: 'main-gateway' }

export const apiKey = 'sk-caller'

/** The API server and the operator that a gateway `team/main` of three replicas runs with. */
export class Cluster implements AsyncDisposable {
  readonly #environment: TestEnvironment

  private constructor(environment: TestEnvironment) {
    this.#environment = environment
  }

  /** `drain` is how long the longest stream may take. */
  static async start(providerUrl: string, drain: string): Promise<Cluster> {
    const environment = await TestEnvironment.start({
      server: 'in-process',
      crds: [...definitions],
      objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }],
    })
    await environment.manager((manager) =>
      setupOperator(manager, {
        capabilities,
        kinds,
        logger: silentLogger,
        deployments: { image: 'fairlead:1', version: '1' },
      }),
    )
    const cluster = new Cluster(environment)
    await environment.install(
      secret('caller', apiKey),
      secret('provider', 'sk-provider'),
      resource('Consumer', 'caller', {
        apiKeys: [{ name: 'first', secretRef: { name: 'caller', key: 'api-key' } }],
      }),
      resource('LLMProvider', 'slow', {
        type: 'OpenAICompatible',
        baseURL: `${providerUrl}/v1`,
        credentials: [{ name: 'main', secretRef: { name: 'provider', key: 'api-key' } }],
      }),
      resource('ConversationStore', 'chats', { type: 'SQLite' }),
      routeOf('first', ['slow', 'quick', 'chat']),
      resource('LLMGateway', 'main', {
        egress: { privateNetworks: 'Allow' },
        defaults: { conversationStoreRef: { name: 'chats' } },
        deployment: { replicas: 3, drain },
      }),
    )
    return cluster
  }

  /** The template of the Pods, once it is as wanted. */
  async template(
    isWanted: (template: coreV1.PodTemplateSpec) => boolean = () => true,
  ): Promise<coreV1.PodTemplateSpec> {
    const deployment = await this.#environment.waitFor(Deployment, made, ({ spec }) =>
      isWanted(spec?.template as coreV1.PodTemplateSpec),
    )
    return deployment.spec?.template as coreV1.PodTemplateSpec
  }

  /** Another annotation of the Pods, so that they are replaced. */
  async change(value: string): Promise<coreV1.PodTemplateSpec> {
    const podTemplate = { metadata: { annotations: { rolled: value } } }
    await this.#environment.client.patch(
      LLMGateway,
      { namespace, name: 'main' },
      { type: 'merge', body: { spec: { deployment: { podTemplate } } } },
    )
    return this.template(({ metadata }) => metadata?.annotations?.['rolled'] === value)
  }

  addModel(name: string): Promise<void> {
    return this.#environment.install(routeOf(name, [name]))
  }

  /** Writes what a Pod knows of the API server: its address, and the token of its account. */
  async writeKubeconfig(folder: string): Promise<string> {
    const { client } = this.#environment
    const path = join(folder, 'kubeconfig')
    const text = await accountKubeconfig(client, this.#environment.kubeconfig(), made)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  /** Resolves once the gateway's status has these replicas, and all run its configuration. */
  async programmed(replicas: readonly string[]): Promise<void> {
    const wanted = replicas.toSorted().join()
    await this.#environment.waitFor(
      LLMGateway,
      { namespace, name: 'main' },
      ({ status }) =>
        (status?.replicas ?? [])
          .map(({ name }) => name)
          .toSorted()
          .join() === wanted &&
        status?.conditions?.some(
          ({ type, status: is }) => type === 'Programmed' && is === 'True',
        ) === true,
      { timeoutMs: 60_000 },
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#environment.stop()
  }
}

function resource(kind: string, name: string, spec: object): KubernetesObject {
  return { apiVersion: 'fairlead.dev/v1beta1', kind, metadata: { namespace, name }, spec }
}

function secret(name: string, key: string): KubernetesObject {
  const metadata = { namespace, name }
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'api-key': key } }
}

function routeOf(name: string, models: readonly string[]): KubernetesObject {
  return resource('RoutingPolicy', name, {
    gatewayRefs: [{ name: 'main' }],
    rules: [
      {
        name: 'only',
        match: { models },
        targets: [{ name: 'slow', providerRef: { name: 'slow' } }],
        retry: { attempts: 0 },
      },
    ],
  })
}
