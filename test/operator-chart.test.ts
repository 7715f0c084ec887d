import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { createAuthority } from '@fairlead/pki'
import { operatorCommand } from '@fairlead/scaffold'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { succeed } from './operators/run-to-end.ts'
import { commandLine } from './support/command.ts'
import { type Kubectl, kubectlFor } from './support/kubectl.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const installed = fileURLToPath(new URL('../node_modules', import.meta.url))
const namespace = 'database-operator-system'
const kind = ['--group', 'databases', '--kind', 'Database']
const crd = 'databases.databases.example.com'

const configuration = [
  'mutatingwebhookconfiguration',
  'database-operator-mutating-webhook-configuration',
]
const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') }
const bundle = Buffer.from(createAuthority('test', validity).certificate).toString('base64')

/** Programs are started, by a machine that runs other tests. */
const timeoutMs = 120_000

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly annotations?: object }
  readonly spec?: Readonly<Record<string, unknown>>
}

/** What helm makes of the chart of a project with everything: versions, conversion and webhooks. */
describe('the chart of an operator', { timeout: timeoutMs }, () => {
  const folder = temporaryFolder()
  const project = join(folder.path, 'database-operator')
  const chart = join(project, 'chart')
  let environment: TestEnvironment
  let kubectl: Kubectl
  beforeAll(async () => {
    environment = await TestEnvironment.start()
    const kubeconfig = join(folder.path, 'kubeconfig')
    writeFileSync(kubeconfig, environment.kubeconfig())
    kubectl = kubectlFor(kubeconfig)
    await scaffold(folder.path, 'init', 'database-operator', '--domain', 'example.com')
    symlinkSync(installed, join(project, 'node_modules'))
    await scaffold(project, 'create', 'api', ...kind, '--version', 'v1alpha1')
    speakOfTemplates(join(project, 'src/api/v1alpha1'))
    await scaffold(project, 'create', 'api', ...kind, '--version', 'v1beta1')
    await scaffold(project, 'create', 'webhook', ...kind, '--version', 'v1beta1', '--conversion')
    const what = ['--defaulting', '--programmatic-validation']
    await scaffold(project, 'create', 'webhook', ...kind, '--version', 'v1alpha1', ...what)
    await succeed(...program(['operator', 'manifests']), { cwd: project })
  }, timeoutMs)
  afterAll(async () => {
    kubectl.dispose()
    await environment.stop()
    folder[Symbol.dispose]()
  })

  const scaffold = (where: string, ...args: readonly string[]) =>
    operatorCommand(args, { folder: where, print: () => {} })
  const helm = (...args: readonly string[]) =>
    succeed(process.env['HELM'] ?? 'helm', args, {
      cwd: project,
      environment: { HOME: folder.path, KUBECONFIG: join(folder.path, 'kubeconfig') },
    })
  const rendered = async (...args: readonly string[]) =>
    manifestsOf(await helm('template', 'one', chart, '--namespace', namespace, ...args))
  const release = ['one', chart, '--namespace', namespace]

  it('has no faults that helm lint finds', async () => {
    expect(await helm('lint', '--strict', chart)).toContain('0 chart(s) failed')
  })

  it('is the manifests, without the namespace, and with definitions that stay', async () => {
    const files = readdirSync(join(project, 'manifests'), { recursive: true, encoding: 'utf8' })
    const applied = files
      .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
      .flatMap((file) => manifestsOf(readFileSync(join(project, 'manifests', file), 'utf8')))
      .filter((manifest) => manifest.kind !== 'Namespace')
    expect(sorted(await rendered())).toEqual(sorted(applied.map(kept)))
  })

  it('obeys its values', async () => {
    const values = {
      image: { repository: 'registry.example.com/databases', tag: 'v2' },
      replicas: 3,
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
      extraArgs: ['--zap-log-level=debug', '--kube-api-qps=50'],
    }
    const file = join(folder.path, 'values.yaml')
    writeFileSync(file, JSON.stringify(values))
    const before = deploymentOf(await rendered())
    const { replicas, container } = deploymentOf(await rendered('--values', file))
    expect(replicas).toBe(3)
    expect(container).toEqual({
      ...before.container,
      image: 'registry.example.com/databases:v2',
      resources: values.resources,
      args: [...before.container.args, ...values.extraArgs],
    })
  })

  it('refuses a value that it does not have', async () => {
    await expect(rendered('--set', 'replica=3')).rejects.toThrow(/replica.*not allowed/)
    await expect(rendered('--set', 'image.tagg=v2')).rejects.toThrow(/tagg.*not allowed/)
    await expect(rendered('--set', 'replicas=two')).rejects.toThrow(/replicas/)
  })

  it('takes a tag that YAML reads as a number', async () => {
    const { container } = deploymentOf(await rendered('--set', 'image.tag=15'))
    expect(container.image).toBe('database-operator:15')
  })

  it('takes no resources at all', async () => {
    const none = deploymentOf(await rendered('--set', 'resources=null'))
    expect(none.container.resources).toBeNull()
  })

  it('leaves out the definitions, and only these, when told to', async () => {
    const all = await rendered()
    expect(await rendered('--set', 'crds.install=false')).toEqual(
      all.filter((manifest) => manifest.kind !== 'CustomResourceDefinition'),
    )
  })

  it('is installed, upgraded and uninstalled; what was defined and trusted stays', async () => {
    await helm('install', ...release, '--create-namespace')
    expect(await kubectl('get', 'deployment', '-n', namespace, '-o', 'name')).toContain(
      'database-operator',
    )
    await kubectl('wait', '--for=condition=Established', 'crd', crd)
    await trust()
    await helm('upgrade', ...release, '--set', 'replicas=3', '--set', 'image.tag=v2')
    const replicas = ['deployment', 'database-operator', '-n', namespace, '-o']
    expect(await kubectl('get', ...replicas, 'jsonpath={.spec.replicas}')).toBe('3')
    expect(await trusted()).toEqual([bundle, bundle])
    await helm('uninstall', 'one', '--namespace', namespace)
    const left = 'clusterroles,clusterrolebindings,mutatingwebhookconfigurations'
    expect(await kubectl('get', left, '-o', 'name')).not.toContain('database-operator')
    expect(await kubectl('get', 'deployments,services', '-n', namespace, '-o', 'name')).toBe('')
    expect(await kubectl('get', 'crd', '-o', 'name')).toContain(crd)
    await helm('install', ...release)
  })

  /** As the operator does, whose own the bundles are. */
  async function trust(): Promise<void> {
    const by = ['--field-manager', 'database-operator', '--type', 'json', '--patch']
    const add = (path: string) =>
      JSON.stringify([{ op: 'add', path: `${path}/clientConfig/caBundle`, value: bundle }])
    await kubectl('patch', 'crd', crd, ...by, add('/spec/conversion/webhook'))
    await kubectl('patch', ...configuration, ...by, add('/webhooks/0'))
  }

  const trusted = async () => {
    const ofConversion = '.spec.conversion.webhook.clientConfig.caBundle'
    const ofWebhook = '.webhooks[0].clientConfig.caBundle'
    return [
      await kubectl('get', 'crd', crd, '-o', `jsonpath={${ofConversion}}`),
      await kubectl('get', ...configuration, '-o', `jsonpath={${ofWebhook}}`),
    ]
  }
})

/** What a description says is not a template, whatever it looks like. */
function speakOfTemplates(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name))
  const file = files.find((each) => readFileSync(each, 'utf8').includes('What it says.'))
  if (file === undefined) throw new Error(`nothing in ${folder} says "What it says."`)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('What it says.', 'What it says, as {{ .Values.name }} does.'))
}

function program(args: readonly string[]): readonly [string, readonly string[]] {
  const [node, ...rest] = commandLine(args)
  return [node, rest]
}

function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? [])
}

function sorted(manifests: readonly Manifest[]): readonly Manifest[] {
  const key = ({ kind: which, metadata }: Manifest) => `${which}/${metadata.name}`
  return manifests.toSorted((one, other) => (key(one) < key(other) ? -1 : 1))
}

function kept(manifest: Manifest): Manifest {
  if (manifest.kind !== 'CustomResourceDefinition') return manifest
  const { metadata } = manifest
  const annotations = { ...metadata.annotations, 'helm.sh/resource-policy': 'keep' }
  return { ...manifest, metadata: { ...metadata, annotations } }
}

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly resources: unknown
}

function deploymentOf(manifests: readonly Manifest[]): {
  readonly replicas: number
  readonly container: Container
} {
  const { spec } = manifests.find((manifest) => manifest.kind === 'Deployment') ?? {}
  const { replicas, template } = spec as {
    readonly replicas: number
    readonly template: { readonly spec: { readonly containers: readonly [Container] } }
  }
  return { replicas, container: template.spec.containers[0] }
}
