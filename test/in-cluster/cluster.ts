import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type InstallSource, TestEnvironment, type InProcessOptions } from '@fairlead/testing'
import { succeed } from '../operators/run-to-end.ts'
import { accountKubeconfig } from '../support/account-kubeconfig.ts'
import { type Kubectl, kubectlFor } from '../support/kubectl.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** The chart of Fairlead. */
export const chart = fileURLToPath(new URL('../../charts/fairlead', import.meta.url))
/** Where it is installed, and the names that it then gives. */
export const namespace = 'fairlead-system'
export const operatorName = 'fairlead-operator'

/** The control plane that a test installs Fairlead in, with the tools of an administrator. */
export interface Cluster extends AsyncDisposable {
  readonly environment: TestEnvironment
  readonly kubectl: Kubectl
  /** Runs helm; resolves to what it prints. */
  readonly helm: (...args: readonly string[]) => Promise<string>
  /** Empty, and gone with the cluster. */
  readonly folder: string
  /**
   * Whether Deployments get Pods which become ready, and objects go with their owner: so in this
   * process, and not where etcd and kube-apiserver are alone or images cannot be pulled.
   */
  readonly runsPods: boolean
  /** Says where on this machine the webhooks of a Service of the release are, from now on. */
  serveWebhooks(port: number): void
  /** The file of a kubeconfig with a token of the ServiceAccount, as its Pods get one. */
  kubeconfigOf(account: string, inNamespace?: string): Promise<string>
}

/** As of a cluster's control plane. Pods that end by themselves do so when a test says it. */
const clusterOptions = {
  stages: { podRunsMs: 3_600_000 },
  namespaceObjects: true,
  admission: { enable: ['ServiceAccount', 'OwnerReferencesPermissionEnforcement'] },
} satisfies InProcessOptions

/**
 * The API server in this process, or the one that the environment chooses: that of
 * KUBEBUILDER_ASSETS, or with USE_EXISTING_CLUSTER that of the kubeconfig. The namespace of the
 * release is made, with the restricted Pod Security Standard.
 */
export async function openCluster(
  options: { readonly server?: 'in-process'; readonly crds?: readonly InstallSource[] } = {},
): Promise<Cluster> {
  const { server = serverGiven(), crds = [] } = options
  await using undo = new AsyncDisposableStack()
  const { path: folder } = undo.use(temporaryFolder())
  let webhookPort: number | undefined
  const serviceResolver = () =>
    webhookPort === undefined ? undefined : { host: '127.0.0.1', port: webhookPort }
  const apiServer = { ...clusterOptions, serviceResolver }
  const environment = undo.use(
    await TestEnvironment.start(server === 'in-process' ? { server, apiServer, crds } : { crds }),
  )
  // Those of Services are processes here, not managers of this test.
  if (server === 'in-process') environment.apiServer.answerWebhooks(undefined)
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, environment.kubeconfig(), { mode: 0o600 })
  const kubectl = kubectlFor(kubeconfig)
  undo.defer(() => kubectl.dispose())
  const system = labelledNamespace(namespace)
  await environment.install(system)
  if (server !== 'in-process') undo.defer(() => environment.remove(system))
  const running = undo.move()
  return {
    environment,
    kubectl,
    folder,
    runsPods: server === 'in-process',
    helm: (...args) =>
      succeed(process.env['HELM'] ?? 'helm', args, {
        environment: { HOME: folder, KUBECONFIG: kubeconfig },
      }),
    serveWebhooks: (port) => (webhookPort = port),
    async kubeconfigOf(account, inNamespace = namespace) {
      const file = join(folder, `kubeconfig-of-${account}`)
      const key = { namespace: inNamespace, name: account }
      const text = await accountKubeconfig(environment.client, environment.kubeconfig(), key)
      writeFileSync(file, text, { mode: 0o600 })
      return file
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** A namespace in which only Pods run that meet the restricted Pod Security Standard. */
export function labelledNamespace(name: string) {
  const labels = Object.fromEntries(
    ['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
  )
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

function serverGiven(): 'in-process' | 'other' {
  const { USE_EXISTING_CLUSTER: existing = '', KUBEBUILDER_ASSETS: assets = '' } = process.env
  return assets === '' && existing === '' ? 'in-process' : 'other'
}
