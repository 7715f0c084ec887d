import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createToken } from '@fairlead/controller-runtime'
import { Pod } from '@fairlead/kube-types'
import { runToEnd } from '../operators/run-to-end.ts'
import { type Cluster, namespace } from './cluster.ts'
import { containerEnvironment } from './container-environment.ts'
import { firstContainer, tokenDirectory } from './pod-process.ts'

/** What is at another address here than in the cluster: that there → that here. */
type Addresses = Readonly<Record<string, string>>

/**
 * Runs the Pods of the release that end by themselves, such as those of helm's hooks and tests, on
 * this machine: each container's Node program with its arguments, variables and ServiceAccount. The
 * Pod then has the phase that the exit code means. Ends with what it returns.
 */
export function runEndingPods(cluster: Cluster, addresses: () => Addresses): AsyncDisposable {
  const stop = new AbortController()
  const { signal } = stop
  const ended = follow(cluster, addresses, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}

async function follow(
  cluster: Cluster,
  addresses: () => Addresses,
  signal: AbortSignal,
): Promise<void> {
  const { client } = cluster.environment
  const begun = new Set<string>()
  for await (const { object: pod } of client.watch(Pod, { namespace, signal })) {
    const { uid = '', name } = pod.metadata
    const { restartPolicy, nodeName } = pod.spec ?? {}
    if (restartPolicy === 'Always' || nodeName === undefined || begun.has(uid)) continue
    begun.add(uid)
    const { code, printed } = await runPod(cluster, pod, addresses())
    const phase = code === 0 ? 'Succeeded' : 'Failed'
    const patch = { type: 'merge' as const, body: { status: { phase, message: printed } } }
    await client.status.patch(Pod, { namespace, name }, patch, { signal })
  }
}

async function runPod(cluster: Cluster, pod: Pod, addresses: Addresses) {
  const container = firstContainer(pod)
  const { name } = pod.metadata
  const folder = join(cluster.folder, name)
  mkdirSync(folder, { recursive: true })
  if (pod.spec?.automountServiceAccountToken !== false) await mountToken(cluster, pod, folder)
  const [program, ...command] = container.command ?? []
  if (program !== 'node') throw new Error(`the Pod ${name} runs ${program}, not node`)
  const { hostname, port } = new URL(cluster.environment.config.server)
  const placed = (text: string) =>
    Object.entries({ ...addresses, [tokenDirectory]: folder }).reduce(
      (changed, [there, here]) => changed.replaceAll(there, here),
      text,
    )
  const variables = Object.entries(containerEnvironment(pod, container))
  return runToEnd(process.execPath, [...command, ...(container.args ?? [])].map(placed), {
    environment: {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      ...Object.fromEntries(variables.map(([variable, value]) => [variable, placed(value)])),
    },
  })
}

/** The files that the kubelet makes for the Pod. */
async function mountToken(
  { environment: { client, config } }: Cluster,
  { spec }: Pod,
  folder: string,
): Promise<void> {
  const { token } = await createToken(client, { namespace, name: spec?.serviceAccountName ?? '' })
  const files = { token, namespace, 'ca.crt': String(config.tls.ca) }
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(folder, file), text, { mode: 0o600 })
  }
}
