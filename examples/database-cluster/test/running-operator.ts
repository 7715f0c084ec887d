import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { TestEnvironment } from '@fairlead/apiserver/testing'
import { createClient, createToken, loadKubeConfig } from '@fairlead/controller-runtime'
import { silentLogger } from '@fairlead/base'
import { Lease } from '@fairlead/kube-types'

import { compileCache } from '../../../test/support/compile-cache.ts'
import { kubectlFor, type Kubectl } from '../../../test/support/kubectl.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { freePort } from './free-port.ts'

const inExample = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Two processes and kubectl start, beside other tests. */
const startDeadlineMs = 60_000

/** One replica of the operator, as a process. */
interface Replica {
  readonly process: ChildProcess
  readonly port: number
  readonly log: () => string
}

/**
 * A cluster with the manifests of the example, and the operator as processes, which may do what the
 * manifests say, and no more. The Service leads to a replica that runs.
 */
export class RunningOperator implements AsyncDisposable {
  readonly environment: TestEnvironment
  readonly kubectl: Kubectl
  readonly replicas: Replica[]
  readonly #undo: AsyncDisposableStack

  private constructor(
    parts: Pick<RunningOperator, 'environment' | 'kubectl' | 'replicas'>,
    undo: AsyncDisposableStack,
  ) {
    this.environment = parts.environment
    this.kubectl = parts.kubectl
    this.replicas = parts.replicas
    this.#undo = undo
  }

  static async start(count: number): Promise<RunningOperator> {
    await using undo = new AsyncDisposableStack()
    const replicas: Replica[] = []
    const environment = undo.use(
      await TestEnvironment.start({
        stages: true,
        namespaceObjects: true,
        featureGates: { MutatingAdmissionPolicy: true },
        runtimeConfig: { 'admissionregistration.k8s.io/v1alpha1': true },
        serviceResolver: () => {
          const alive = replicas.find(({ process }) => isRunning(process))
          if (alive === undefined) throw new Error('no endpoints available')
          return { host: '127.0.0.1', port: alive.port }
        },
      }),
    )
    const folder = undo.use(temporaryFolder())
    const admin = join(folder.path, 'admin')
    writeFileSync(admin, environment.kubeconfig(), { mode: 0o600 })
    const kubectl = kubectlFor(admin)
    undo.defer(() => kubectl.dispose())
    await kubectl('apply', '-f', inExample('manifests'))
    const kubeconfig = join(folder.path, 'operator')
    writeFileSync(kubeconfig, await operatorKubeconfig(environment), { mode: 0o600 })
    for (let index = 0; index < count; index += 1) {
      const replica = await startReplica(kubeconfig)
      replicas.push(replica)
      undo.defer(() => end(replica.process))
    }
    const parts = { environment, kubectl, replicas }
    const sample = inExample('samples')
    await waitFor(
      'the webhooks',
      () => kubectl('create', '--dry-run=server', '-f', sample),
      startDeadlineMs,
    )
    return new RunningOperator(parts, undo.move())
  }

  /** The replica that leads. */
  async leader(): Promise<Replica> {
    const client = createClient(loadKubeConfig({ text: this.environment.kubeconfig() }), {
      logger: silentLogger,
    })
    try {
      return await waitFor('a leader', async () => {
        const key = { namespace: 'databases-system', name: 'database-cluster-operator' }
        const { holderIdentity = '' } = (await client.get(Lease, key)).spec ?? {}
        return this.replicas.find(
          ({ log, process }) =>
            isRunning(process) && holderIdentity !== '' && log().includes(holderIdentity),
        )
      })
    } finally {
      await client.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync()
  }
}

async function startReplica(kubeconfig: string): Promise<Replica> {
  const port = await freePort()
  const args = [
    '--conditions=source',
    inExample('src/main.ts'),
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect',
    '--webhook-service=webhook-service',
    `--webhook-port=${port}`,
    '--health-probe-bind-address=0',
  ]
  const child = spawn(process.execPath, args, { env: { HOME: '/nowhere', ...compileCache() } })
  let output = ''
  const append = (chunk: Buffer) => (output = (output + String(chunk)).slice(-1_000_000))
  child.stdout.on('data', append)
  child.stderr.on('data', append)
  return { process: child, port, log: () => output }
}

/** Of the operator's ServiceAccount. */
async function operatorKubeconfig(environment: TestEnvironment): Promise<string> {
  const config = loadKubeConfig({ text: environment.kubeconfig() })
  const client = createClient(config, { logger: silentLogger })
  try {
    const namespace = 'databases-system'
    const { token } = await createToken(client, { namespace, name: 'database-cluster-operator' })
    const { caCertificate, url } = environment.server
    const authority = Buffer.from(caCertificate).toString('base64')
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'operator', namespace } }],
      clusters: [
        { name: 'here', cluster: { server: url, 'certificate-authority-data': authority } },
      ],
      users: [{ name: 'operator', user: { token } }],
    })
  } finally {
    await client.close()
  }
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  child.kill('SIGTERM')
  await once(child, 'close')
}
