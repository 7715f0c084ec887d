import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Pod, coreV1 } from '@fairlead/kube-types'
import { type Command, startCommand } from '../support/command.ts'
import { freePort } from '../support/free-port.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Cluster } from './cluster.ts'
import { containerEnvironment } from './container-environment.ts'

/** Where the kubelet mounts the token of a Pod. */
export const tokenDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'

/** A Pod whose program runs on this machine. */
export interface PodProcess extends AsyncDisposable {
  readonly name: string
  readonly command: Command
  /** Where its admin port is. */
  readonly adminURL: string
  /** Resolves once the readiness probe of its container succeeds. */
  ready(): Promise<void>
  /** Ends it as a kubelet does; resolves to the exit code. */
  stop(): Promise<number | null>
}

/** What a Pod finds in a cluster at one address, and this machine has for several at once. */
const here = ['--host=127.0.0.1', '--gateway-port=0', '--admin-port=0']

/**
 * Starts `fairlead` with the command, the variables and the ServiceAccount of the Pod's container,
 * which is on a node of the cluster: here are only other ports, a token that is given by a kubeconfig,
 * and where the Pod has a volume a folder. Elsewhere nothing can be written there, and here it is not.
 */
export async function startPod(cluster: Cluster, pod: Pod): Promise<PodProcess> {
  const container = firstContainer(pod)
  const { name, namespace } = pod.metadata
  if (cluster.runsPods) assertToken(pod, container)
  const account = pod.spec?.serviceAccountName ?? 'default'
  const kubeconfig = await cluster.kubeconfigOf(account, namespace)
  const folder = join(cluster.folder, name)
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  const [program = 'fairlead'] = container.command ?? []
  if (program !== 'fairlead') throw new Error(`the Pod ${name} runs ${program}, not fairlead`)
  const given = [...(container.command ?? []).slice(1), ...(container.args ?? [])]
  const webhookPort = await freePort()
  const args = given.map((arg) => placed(arg, folder, webhookPort))
  const workers = args.includes('gateway') ? ['--workers=1'] : []
  const command = startCommand([...args, `--kubeconfig=${kubeconfig}`, ...workers], {
    ...containerEnvironment(pod, container),
    HOME: home,
  })
  const adminURL = await command.prints(/[Mm]etrics and probes at (\S+)/)
  if (args.includes(`--webhook-port=${webhookPort}`)) cluster.serveWebhooks(webhookPort)
  return {
    name,
    command,
    adminURL,
    async ready() {
      const path = container.readinessProbe?.httpGet?.path
      if (path === undefined) throw new Error(`the Pod ${name} has no readiness probe`)
      const isReady = async () => (await fetch(`${adminURL}${path}`)).ok
      const ended = command.ended.then((code) => {
        throw new Error(`${name} ended with ${code}:\n${command.log()}`)
      })
      await Promise.race([waitFor(`the readiness of ${name}`, isReady, 60_000), ended])
    },
    async stop() {
      command.kill('SIGTERM')
      const code = await command.ended
      const written = readdirSync(home)
      if (written.length > 0)
        throw new Error(`${name} wrote outside its volumes: ${written.join()}`)
      return code
    },
    [Symbol.asyncDispose]: () => command[Symbol.asyncDispose](),
  }
}

export function firstContainer(pod: Pod): coreV1.Container {
  const [container] = pod.spec?.containers ?? []
  if (container === undefined) throw new Error(`the Pod ${pod.metadata.name} has no container`)
  return container
}

function placed(arg: string, folder: string, webhookPort: number): string {
  const [flag = '', value = ''] = arg.split('=')
  if (flag === '--webhook-port') return `${flag}=${webhookPort}`
  if (flag === '--data-dir') return `--data-dir=${join(folder, value)}`
  return here.find((each) => each.startsWith(`${flag}=`)) ?? arg
}

function assertToken({ metadata: { name } }: Pod, { volumeMounts = [] }: coreV1.Container): void {
  const hasToken = volumeMounts.some(({ mountPath }) => mountPath === tokenDirectory)
  if (!hasToken) throw new Error(`the Pod ${name} has no token, so that it reaches no API server`)
}
