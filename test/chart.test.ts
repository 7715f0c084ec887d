import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { admissionClusterRules, operatorRules } from '@fairlead/operator'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { roleFiles, roleFilesFolder } from '../tools/chart/role-files.ts'
import { dashboardFiles, dashboardsFolder } from '../tools/dashboards/dashboard-files.ts'
import { succeed } from './operators/run-to-end.ts'
import { runCommand, startCommand } from './support/command.ts'
import { type Kubectl, kubectlFor } from './support/kubectl.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const chart = join(repository, 'charts/fairlead')
const namespace = 'fairlead-system'
const name = 'fairlead-operator'

/** Programs are started, by a machine that runs other tests. */
const timeoutMs = 120_000

interface Manifest {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: object
  }
  readonly rules?: unknown
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: unknown
}

interface Container {
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
}

interface PodSpec {
  readonly containers: readonly [Container]
}

describe('the chart of Fairlead', { timeout: timeoutMs }, () => {
  const folder = temporaryFolder()
  const kubeconfig = join(folder.path, 'kubeconfig')
  let environment: TestEnvironment
  let kubectl: Kubectl
  beforeAll(async () => {
    environment = await TestEnvironment.start({ stages: true })
    writeFileSync(kubeconfig, environment.kubeconfig())
    kubectl = kubectlFor(kubeconfig)
  }, timeoutMs)
  afterAll(async () => {
    kubectl.dispose()
    await environment.stop()
    folder[Symbol.dispose]()
  })

  const helm = (...args: readonly string[]) =>
    succeed(process.env['HELM'] ?? 'helm', args, {
      cwd: repository,
      environment: { HOME: folder.path, KUBECONFIG: kubeconfig },
    })
  const rendered = async (...args: readonly string[]) =>
    manifestsOf(await helm('template', 'fairlead', chart, '--namespace', namespace, ...args))
  const release = ['fairlead', chart, '--namespace', namespace]
  const valuesFile = (values: object) => {
    const file = join(folder.path, 'values.json')
    writeFileSync(file, JSON.stringify(values))
    return ['--values', file]
  }

  it('has no faults that helm lint finds', async () => {
    expect(await helm('lint', '--strict', chart)).toContain('0 chart(s) failed')
  })

  it('has the rules that the packages declare: run npm run generate:chart', async () => {
    for (const [file, text] of roleFiles()) {
      expect(readFileSync(join(repository, roleFilesFolder, file), 'utf8')).toBe(text)
    }
    expect(one(await rendered(), 'ClusterRole', name).rules).toEqual([
      ...operatorRules,
      ...admissionClusterRules(`${name}-admission`),
    ])
  })

  it('has the dashboards that are declared: run npm run generate:chart', async () => {
    const set = ['--set', 'dashboards.enabled=true', '--set', 'dashboards.namespace=grafana']
    const maps = (await rendered(...set)).filter(
      ({ metadata }) => metadata.labels && 'grafana_dashboard' in metadata.labels,
    )
    const files = dashboardFiles()
    for (const [file, text] of files) {
      expect(readFileSync(join(repository, dashboardsFolder, file), 'utf8')).toBe(text)
    }
    const shipped = maps.flatMap(({ data }) => Object.entries(data ?? {}))
    expect(new Map(shipped)).toEqual(files)
    expect(new Set(maps.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['grafana']))
  })

  it('has Prometheus evaluate the alerts', async () => {
    const text = readFileSync(join(repository, 'charts/fairlead/files/alerts.yaml'), 'utf8')
    const set = ['--set', 'alerts.enabled=true', '--set', 'alerts.labels.release=prometheus']
    const rule = one(await rendered(...set), 'PrometheusRule', name)
    expect(rule.spec).toEqual(parse(text))
    expect(rule.metadata.labels).toMatchObject({ release: 'prometheus' })
  })

  it('has the version of the program', async () => {
    const text = readFileSync(join(repository, 'packages/cli/package.json'), 'utf8')
    const { version } = JSON.parse(text) as { readonly version: string }
    const { image } = containerOf(await rendered())
    expect(image).toBe(`ghcr.io/fairlead/fairlead:${version}`)
    expect(await helm('show', 'chart', chart)).toContain(`\nversion: ${version}\n`)
  })

  it('takes an image by digest, for the operator and for the gateways that it runs', async () => {
    const digest = `sha256:${'0'.repeat(64)}`
    const image = { repository: 'registry.example.com/llm', digest }
    const { image: used, args } = containerOf(await rendered(...valuesFile({ image })))
    expect(used).toBe(`registry.example.com/llm@${digest}`)
    expect(args).toContain(`--gateway-image=registry.example.com/llm@${digest}`)
  })

  it('lets only those connect to the operator that its values name', async () => {
    const ingressWith = async (networkPolicy: object) => {
      const values = valuesFile({ networkPolicy })
      const { spec } = one(await rendered(...values), 'NetworkPolicy', name)
      return (spec as { readonly ingress: unknown }).ingress
    }
    const ports = [{ protocol: 'TCP', port: 'admin' }]
    const from = [{ namespaceSelector: { matchLabels: { team: 'monitoring' } } }]
    const webhooks = { ports: [{ protocol: 'TCP', port: 'webhooks' }] }
    expect(await ingressWith({})).toEqual([{ ports }, webhooks])
    expect(await ingressWith({ from })).toEqual([{ ports, from }, webhooks])
    await expect(ingressWith({ form: from })).rejects.toThrow(/form.*not allowed/)
  })

  it('obeys the values of its operator', async () => {
    const operator = {
      replicas: 3,
      logLevel: 'debug',
      resources: { requests: { cpu: '1' } },
      nodeSelector: { disk: 'fast' },
      tolerations: [{ key: 'llm', operator: 'Exists' }],
      affinity: { podAntiAffinity: {} },
      podAnnotations: { note: 'kept' },
      podLabels: { team: 'platform' },
      priorityClassName: 'system-cluster-critical',
    }
    const imagePullSecrets = [{ name: 'pull' }]
    const manifests = await rendered(...valuesFile({ operator, imagePullSecrets }))
    const { replicas, logLevel, resources, podAnnotations, podLabels, ...ofPod } = operator
    expect(one(manifests, 'Deployment', name).spec).toMatchObject({
      replicas,
      template: {
        metadata: { annotations: podAnnotations, labels: podLabels },
        spec: { ...ofPod, imagePullSecrets, containers: [{ resources }] },
      },
    })
    expect(containerOf(manifests).args).toContain(`--log-level=${logLevel}`)
  })

  it('refuses a value that it does not have', async () => {
    await expect(rendered('--set', 'operator.replica=3')).rejects.toThrow(/replica.*not allowed/)
    await expect(rendered('--set', 'image.tagg=v2')).rejects.toThrow(/tagg.*not allowed/)
    await expect(rendered('--set', 'operator.logLevel=loud')).rejects.toThrow(/logLevel/)
    await expect(rendered('--set', 'image.digest=v2')).rejects.toThrow(/digest/)
  })

  it('has webhooks as its values say, or none', async () => {
    const { args } = containerOf(
      await rendered('--set', 'webhooks.failurePolicy=Fail,webhooks.port=10250'),
    )
    expect(args).toEqual(
      expect.arrayContaining([
        `--webhook-service=${namespace}/${name}`,
        '--webhook-port=10250',
        '--webhook-failure-policy=Fail',
      ]),
    )
    // Versions of the kinds are converted all the same.
    const unjudged = await rendered('--set', 'webhooks.enabled=false')
    const all = (await rendered()).filter(({ kind }) => kind !== 'ValidatingWebhookConfiguration')
    expect(unjudged).toEqual(all)
    await expect(rendered('--set', 'webhooks.failurePolicy=Never')).rejects.toThrow(/failurePolicy/)
  })

  it('makes what is optional only when asked to', async () => {
    const kinds = (manifests: readonly Manifest[]) => manifests.map(({ kind }) => kind)
    const all = await rendered('--set', 'serviceMonitor.enabled=true,gateway.create=true')
    expect(kinds(all)).toEqual(expect.arrayContaining(['ServiceMonitor', 'LLMGateway']))
    const few = kinds(await rendered('--set', 'rbac.aggregate=false,networkPolicy.enabled=false'))
    for (const kind of ['ServiceMonitor', 'LLMGateway', 'NetworkPolicy']) {
      expect(few).not.toContain(kind)
    }
    expect(few.filter((kind) => kind === 'ClusterRole')).toHaveLength(1)
  })

  it('installs, upgrades, rolls back and uninstalls; only the kinds stay', async () => {
    await kubectl('create', 'namespace', namespace)
    await kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted')
    const wait = ['--wait', '--timeout', '60s']
    await helm('install', ...release, '--set', 'gateway.create=true', ...wait)
    const gateway = ['get', 'llmgateway', 'default', '-n', namespace, '-o']
    expect(await kubectl(...gateway, 'jsonpath={.spec.deployment.replicas}')).toBe('2')
    const may = ['auth', 'can-i', '--as', `system:serviceaccount:${namespace}:${name}`]
    expect(await kubectl(...may, 'create', 'deployments.apps')).toBe('yes\n')
    await expect(kubectl(...may, 'get', 'secrets')).rejects.toThrow()

    await helm('upgrade', ...release, '--set', 'operator.replicas=3', ...wait)
    const replicas = ['get', 'deployment', name, '-n', namespace, '-o', 'jsonpath={.spec.replicas}']
    expect(await kubectl(...replicas)).toBe('3')
    await expect(kubectl(...gateway, 'name')).rejects.toThrow(/not found/)
    await helm('rollback', 'fairlead', '1', '--namespace', namespace, ...wait)
    expect(await kubectl(...replicas)).toBe('2')
    await helm('test', 'fairlead', '--namespace', namespace, '--timeout', '60s')

    await helm('uninstall', 'fairlead', '--namespace', namespace, ...wait)
    const namespaced =
      'deployments,services,poddisruptionbudgets,networkpolicies,serviceaccounts,llmgateways'
    const left = await kubectl('get', namespaced, '-n', namespace, '-o', 'name')
    expect(left).not.toContain('fairlead')
    const wide = await kubectl('get', 'clusterroles,clusterrolebindings', '-o', 'name')
    expect(wide).not.toContain('fairlead')
    expect(await kubectl('get', 'crd', '-o', 'name')).toContain('llmgateways.fairlead.dev')
  })

  it('is what fairlead manifests prints, beside the kinds and a Namespace', async () => {
    const printed = manifestsOf((await runCommand(['manifests'])).printed)
    const kept = printed.filter(
      ({ kind }) => !['CustomResourceDefinition', 'Namespace'].includes(kind),
    )
    const helms = (await rendered()).filter(({ kind }) => kind !== 'Pod')
    expect(sorted(kept)).toEqual(sorted(helms.map(withoutManager)))
    const file = join(folder.path, 'manifests.json')
    const there = ['--namespace', 'elsewhere', '--gateway-image', 'example.com/llm:2']
    writeFileSync(file, (await runCommand(['manifests', ...there])).printed)
    // The kinds name the Service that converts their versions: that of the release above.
    await kubectl('apply', '--server-side', '--force-conflicts', '-f', file)
    const image = 'jsonpath={.spec.template.spec.containers[0].image}'
    const deployment = ['deployment', name, '-n', 'elsewhere']
    expect(await kubectl('get', ...deployment, '-o', image)).toBe('example.com/llm:2')
    await kubectl('rollout', 'status', ...deployment, '--timeout=60s')
  })

  it('has arguments with which the operator starts and is ready, without a disk', async () => {
    const { command, args } = containerOf(await rendered())
    expect(command).toEqual(['fairlead'])
    const here = args.map((each) =>
      each.replace('--admin-port=9464', '--admin-port=0').replace('0.0.0.0', '127.0.0.1'),
    )
    await kubectl('apply', '-f', namespaceFile(folder.path))
    await using operator = startCommand([...here, '--kubeconfig', kubeconfig])
    const admin = await operator.prints(/metrics and probes at (\S+)/)
    const ready = async () => (await fetch(`${admin}/readyz`)).status
    await expect.poll(ready, { timeout: 60_000 }).toBe(200)
    const lease = () => kubectl('get', 'leases', '-n', namespace, '-o', 'name')
    await expect.poll(lease, { timeout: 30_000 }).toContain(name)
    expect(args).toContain(`--admin-hosts=${name}.${namespace}`)
  })
})

function namespaceFile(folder: string): string {
  const file = join(folder, 'namespace.json')
  const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  writeFileSync(file, JSON.stringify(manifest))
  return file
}

/** What helm or fairlead prints; helm also says that it follows the link to the kinds. */
function manifestsOf(text: string): readonly Manifest[] {
  const withoutLog = text.replaceAll(/^level=INFO .*\n/gm, '')
  return parseAllDocuments(withoutLog).flatMap((each) => (each.toJS() as Manifest | null) ?? [])
}

function withoutManager(manifest: Manifest): Manifest {
  const { metadata } = manifest
  const labels = { ...metadata.labels, 'app.kubernetes.io/managed-by': undefined }
  return { ...manifest, metadata: { ...metadata, labels } }
}

function sorted(manifests: readonly Manifest[]): readonly Manifest[] {
  const key = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`
  return manifests.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

function one(manifests: readonly Manifest[], kind: string, called: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === called)
  if (found === undefined) throw new Error(`the chart has no ${kind} ${called}`)
  return found
}

function containerOf(manifests: readonly Manifest[]): Container {
  const { spec } = one(manifests, 'Deployment', name)
  const { template } = spec as { readonly template: { readonly spec: PodSpec } }
  return template.spec.containers[0]
}
