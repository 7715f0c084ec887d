import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import { type Client, createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import type { Deployment, Pod } from '@fairlead/kube-types'

/** An API server in this process without controllers, and a client of it. */
export async function startServerAndClient(): Promise<{
  readonly client: Client
  readonly stop: () => Promise<void>
}> {
  const environment = await TestEnvironment.start({ controllers: false })
  const config = loadKubeConfig({ text: environment.kubeconfig() })
  const client = createClient(config, { logger: silentLogger })
  return {
    client,
    stop: async () => {
      await client.close()
      await environment.stop()
    },
  }
}

export function deploymentNamed(name: string, namespace = 'default') {
  const containers = [{ name: 'nginx', image: 'nginx' }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, labels: { name } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { foo: 'bar' } },
      template: { metadata: { labels: { foo: 'bar' } }, spec: { containers } },
    },
  } satisfies Deployment
}

export function podNamed(name: string, namespace = 'default') {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name },
    spec: { containers: [{ name: 'nginx', image: 'nginx' }] },
  } satisfies Pod
}
