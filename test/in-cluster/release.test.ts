import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LLMGateway } from '@fairlead/api'
import { Deployment, Pod } from '@fairlead/kube-types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { waitFor } from '../support/wait-for.ts'
import { type Cluster, chart, namespace, openCluster, operatorName } from './cluster.ts'
import { runEndingPods } from './ending-pods.ts'
import { everything } from './everything.ts'
import { gatewayURL, statusOfCall } from './gateway-call.ts'
import { type PodProcess, startPod } from './pod-process.ts'
import { podOf } from './pods.ts'

/** Programs are started, by a machine that runs other tests. */
const timeoutMs = 240_000
const gatewayKey = { namespace, name: 'default' }
const madeKey = { namespace, name: 'default-gateway' }

const resources = [
  { kind: 'Secret', name: 'provider', stringData: { 'api-key': 'sk-upstream' } },
  { kind: 'Secret', name: 'web', stringData: { 'api-key': 'sk-web' } },
  {
    kind: 'LLMProvider',
    name: 'simulator',
    spec: {
      type: 'Simulator',
      credentials: [{ name: 'main', secretRef: { name: 'provider', key: 'api-key' } }],
    },
  },
  {
    kind: 'Consumer',
    name: 'web',
    spec: { apiKeys: [{ name: 'first', secretRef: { name: 'web', key: 'api-key' } }] },
  },
].map(({ kind, name, ...rest }) => ({
  apiVersion: kind === 'Secret' ? 'v1' : 'fairlead.dev/v1beta1',
  kind,
  metadata: { namespace, name },
  ...rest,
}))

/** From the first command of an administrator to the last one; each test goes on where the one before it ended. */
describe('a release of the chart', { timeout: timeoutMs }, () => {
  let cluster: Cluster
  let before: readonly string[]
  let operator: PodProcess
  let gateway: PodProcess
  let endingPods: AsyncDisposable | undefined
  beforeAll(async () => {
    cluster = await openCluster()
    before = await everything(cluster.kubectl)
    if (!cluster.runsPods) return
    endingPods = runEndingPods(cluster, () => ({
      [`http://${operatorName}.${namespace}:9464`]: operator.adminURL,
    }))
  }, timeoutMs)
  afterAll(async () => {
    await endingPods?.[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
    await operator[Symbol.asyncDispose]()
    await cluster[Symbol.asyncDispose]()
  }, timeoutMs)

  const waiting = () => (cluster.runsPods ? ['--wait', '--timeout', '120s'] : [])
  const release = ['fairlead', chart, '--namespace', namespace]
  const values = (changes: object = {}) => {
    const file = join(cluster.folder, 'values.json')
    const deployment = { replicas: 2, ...changes }
    const spec = { deployment, defaults: { providers: [{ name: 'simulator' }] } }
    const gatewayValues = { gateway: { create: true, spec } }
    // Where nothing runs Pods, or others do, ours is the only operator, and no Service leads to it.
    const elsewhere = { operator: { replicas: 0 }, webhooks: { enabled: false } }
    const others = cluster.runsPods ? {} : elsewhere
    writeFileSync(file, JSON.stringify({ ...gatewayValues, ...others }))
    return ['--values', file]
  }
  const deployment = (matches: (deployment: Deployment) => boolean) =>
    cluster.environment.waitFor(Deployment, madeKey, (now) => matches(now as Deployment))
  const isServing = (replicas: number) =>
    cluster.environment.waitFor(
      LLMGateway,
      gatewayKey,
      ({ status }) => {
        const holds = (type: string) =>
          status?.conditions?.some((each) => each.type === type && each.status === 'True') === true
        return (
          holds('Programmed') &&
          (!cluster.runsPods ||
            (holds('Deployed') && status?.deployment?.readyReplicas === replicas))
        )
      },
      { timeoutMs: 30_000 },
    )
  /** The operator's process is that of a Pod of the Deployment as it is now. */
  const replaceOperator = async () => {
    const next = await startPod(cluster, await podOf(cluster, operatorName))
    await operator.stop()
    operator = next
    await operator.ready()
  }
  const replaceGateway = async () => {
    const next = await startPod(cluster, await podOf(cluster, madeKey.name))
    await next.ready()
    await gateway.stop()
    gateway = next
  }

  it('is installed, and its operator runs with the permissions of its account', async () => {
    await cluster.helm('install', ...release, ...values(), ...waiting())
    operator = await startPod(cluster, await podOf(cluster, operatorName))
    await operator.ready()
    if (cluster.runsPods) await cluster.helm('test', 'fairlead', '--namespace', namespace)
  })

  it('has the operator deploy the gateway as declared', async () => {
    await cluster.kubectl.apply(resources.map((each) => stringify(each)).join('---\n'))
    const { spec } = await deployment((made) => made.spec?.replicas === 2)
    const [container] = spec?.template.spec?.containers ?? []
    expect(container?.image).toMatch(/^ghcr\.io\/fairlead\/fairlead:\d/)
    expect(container?.args).toContain(`--gateway=${namespace}/default`)
    expect(spec?.template.spec?.serviceAccountName).toBe(madeKey.name)
  })

  it("serves calls with a Consumer's key, with the permissions of the gateway's account", async () => {
    gateway = await startPod(cluster, await podOf(cluster, madeKey.name))
    await gateway.ready()
    const url = await gatewayURL(gateway)
    expect(await statusOfCall(url, 'sk-web')).toBe(200)
    expect(await statusOfCall(url, 'sk-other')).toBe(401)
    const { status } = await isServing(2)
    expect(status?.replicas?.map(({ name }) => name)).toEqual([gateway.name])
    expect(status?.addresses).toContainEqual({
      type: 'Hostname',
      value: `${madeKey.name}.${namespace}.svc`,
    })
  })

  it('reads a Secret that is named later, and no longer one that nothing names', async () => {
    const [, , , web] = resources
    const url = await gatewayURL(gateway)
    const batch = JSON.stringify([resources[1], web]).replaceAll('web', 'batch')
    for (const one of JSON.parse(batch) as object[]) await cluster.kubectl.apply(stringify(one))
    await waitFor('the new key', async () => (await statusOfCall(url, 'sk-batch')) === 200)
    await cluster.kubectl('delete', 'llmc', 'web', '-n', namespace)
    await waitFor('the end of a key', async () => (await statusOfCall(url, 'sk-web')) === 401)
    const may = ['auth', 'can-i', 'watch', '-n', namespace, '--as']
    const account = `system:serviceaccount:${namespace}:${madeKey.name}`
    expect(await cluster.kubectl(...may, account, 'secret/batch')).toBe('yes\n')
    const isRefused = async () =>
      (await cluster.kubectl.run([...may, account, 'secret/web'])).stdout === 'no\n'
    await waitFor('the end of a permission', isRefused)
  })

  it('is upgraded to other replicas and another image, and serves on', async () => {
    const url = await gatewayURL(gateway)
    const changed = ['--set', 'image.tag=next', '--set', 'operator.logLevel=debug']
    await cluster.helm('upgrade', ...release, ...values({ replicas: 3 }), ...changed, ...waiting())
    expect(await statusOfCall(url, 'sk-batch')).toBe(200)
    await replaceOperator()
    const { spec } = await deployment(
      (made) => made.spec?.template.spec?.containers[0]?.image?.endsWith(':next') === true,
    )
    expect(spec?.replicas).toBe(3)
    await replaceGateway()
    expect(await statusOfCall(await gatewayURL(gateway), 'sk-batch')).toBe(200)
    await isServing(3)
  })

  it('is rolled back', async () => {
    await cluster.helm('rollback', 'fairlead', '1', '--namespace', namespace, ...waiting())
    await replaceOperator()
    const { spec } = await deployment(
      (made) => made.spec?.template.spec?.containers[0]?.image?.endsWith(':next') === false,
    )
    expect(spec?.replicas).toBe(2)
    await replaceGateway()
    expect(await statusOfCall(await gatewayURL(gateway), 'sk-batch')).toBe(200)
    await isServing(2)
  })

  it('is uninstalled, and leaves the kinds and what others made', async () => {
    if (!cluster.runsPods) {
      await cluster.kubectl('delete', 'llmgateway', 'default', '-n', namespace)
    }
    const hooks = cluster.runsPods ? [] : ['--no-hooks']
    await cluster.helm('uninstall', 'fairlead', '--namespace', namespace, ...hooks, ...waiting())
    expect(await gateway.stop()).toBe(0)
    operator.command.kill('SIGTERM')
    await operator.command.ended
    await cluster.kubectl.run(['delete', 'secrets,llmp,llmc', '--all', '-n', namespace])
    const found = async () => {
      const left = await everything(cluster.kubectl, { owned: cluster.runsPods })
      return left.filter(
        (each) =>
          !before.includes(each) &&
          !/^CustomRes.*\/\w+\.(fairlead|gateway\.networking)\./.test(each),
      )
    }
    if (cluster.runsPods) {
      const { items } = await cluster.environment.client.list(Pod, { namespace })
      expect(items.length).toBe(0)
    }
    await expect.poll(found, { timeout: 60_000 }).toEqual([])
    expect(await cluster.kubectl('get', 'crd', '-o', 'name')).toContain('llmgateways.fairlead.dev')
  })
})
