import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { type Deployment, MutatingWebhookConfiguration, Pod } from '@fairlead/kube-types'
import { operatorCommand } from '@fairlead/scaffold'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { accountKubeconfig } from './support/account-kubeconfig.ts'
import { compileCache } from './support/compile-cache.ts'
import { commandLine } from './support/command.ts'
import { type Kubectl, kubectlFor } from './support/kubectl.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const installed = fileURLToPath(new URL('../node_modules', import.meta.url))
const namespace = 'database-operator-system'
const kind = ['--group', 'databases', '--kind', 'Database']

/** Programs are started, by a machine that runs other tests. */
const timeoutMs = 120_000

/** Its project, its manifests in an API server, and the operator as a process with only their rights. */
describe('the project of an operator', { timeout: timeoutMs }, () => {
  const folder = temporaryFolder()
  const project = join(folder.path, 'database-operator')
  let environment: TestEnvironment
  let client: ReturnType<typeof createClient>
  let kubectl: Kubectl
  beforeAll(async () => {
    environment = await TestEnvironment.start()
    client = createClient(loadKubeConfig({ text: environment.kubeconfig() }))
    const kubeconfig = join(folder.path, 'admin')
    writeFileSync(kubeconfig, environment.kubeconfig())
    kubectl = kubectlFor(kubeconfig)
    await scaffold(folder.path, 'init', 'database-operator', '--domain', 'example.com')
    symlinkSync(installed, join(project, 'node_modules'))
    await scaffold(project, 'create', 'api', ...kind, '--version', 'v1alpha1')
  }, timeoutMs)
  afterAll(async () => {
    kubectl.dispose()
    await client.close()
    await environment.stop()
    folder[Symbol.dispose]()
  })

  const scaffold = (where: string, ...args: readonly string[]) =>
    operatorCommand(args, { folder: where, print: () => {} })
  /** In a process of its own: modules are loaded once, and these change. */
  const manifests = (...args: readonly string[]) =>
    runToEnd(project, ...commandLine(['operator', 'manifests', ...args]))
  const node = (...args: readonly string[]) =>
    runToEnd(project, process.execPath, '--conditions=source', ...args)

  /** The operator as its Deployment runs it, on free ports. */
  async function operator(): Promise<{ readonly output: () => string }> {
    const account = { namespace, name: 'database-operator' }
    const kubeconfig = join(folder.path, 'account')
    const text = await accountKubeconfig(client, environment.kubeconfig(), account)
    writeFileSync(kubeconfig, text)
    const args = argumentsOf(deployment(project)).map((arg) =>
      arg.replace(/(bind-address=|webhook-port=):?\d+$/, (_, flag: string) =>
        flag.startsWith('webhook') ? `${flag}0` : `${flag}127.0.0.1:0`,
      ),
    )
    const child = spawn(
      process.execPath,
      ['--conditions=source', 'src/main.ts', ...args, '--kubeconfig', kubeconfig],
      { cwd: project, env: { HOME: '/nowhere', ...compileCache() } },
    )
    onTestFinished(async () => {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
    })
    let output = ''
    const append = (chunk: Buffer) => void (output += String(chunk))
    child.stdout.on('data', append)
    child.stderr.on('data', append)
    return { output: () => output }
  }

  it('passes its own tests and the compiler', async () => {
    await node('--test', 'src/**/*.test.ts')
    await runToEnd(project, 'tsc', '--customConditions', 'source')
  })

  it('works with the permissions of its manifests alone', async () => {
    await manifests()
    await manifests('--check')
    await kubectl('apply', '--server-side', '-k', join(project, 'manifests'))
    const running = await operator()
    await kubectl.apply(
      JSON.stringify({
        apiVersion: 'databases.example.com/v1alpha1',
        kind: 'Database',
        metadata: { name: 'first', namespace: 'default' },
        spec: { message: 'hello' },
      }),
    )
    await waitFor(
      'the Database to be ready',
      async () => (await kubectl('get', 'databases')).includes('True'),
      45_000,
    ).catch(async (cause: unknown) => {
      const state = await kubectl('get', 'databases,configmaps,leases,events', '-A', '-o', 'wide')
      throw new Error(`${running.output()}${state}`, { cause })
    })
    const message = ['get', 'configmap', 'first-configmap', '-o', 'jsonpath={.data.message}']
    expect(await kubectl(...message)).toBe('hello')
    expect(await kubectl('get', 'lease', '-n', namespace, '-o', 'name')).toContain(
      'database-operator',
    )
    const events = await waitFor('an event of the election', async () => {
      const text = await kubectl('get', 'events', '-A')
      return text.includes('became leader') && text
    })
    expect(events).toContain('lease/database-operator')
    expect(running.output()).not.toContain('orbidden')
  })

  it('has pods that a restricted namespace takes', async () => {
    const { metadata, spec } = deployment(project).spec.template
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, namespace, name: 'one' } }
    await client.create(Pod, { ...pod, spec } as Pod, { dryRun: true })
  })

  it('makes certificates and has them trusted, with the permissions of its manifests', async () => {
    await scaffold(project, 'create', 'api', ...kind, '--version', 'v1beta1')
    await scaffold(project, 'create', 'webhook', ...kind, '--version', 'v1beta1', '--conversion')
    const what = ['--defaulting', '--programmatic-validation']
    await scaffold(project, 'create', 'webhook', ...kind, '--version', 'v1alpha1', ...what)
    await manifests()
    await kubectl('apply', '--server-side', '-k', join(project, 'manifests'))
    const running = await operator()
    const name = 'database-operator-mutating-webhook-configuration'
    const bundleOf = async () => {
      const { webhooks = [] } = await client.get(MutatingWebhookConfiguration, { name })
      return webhooks[0]?.clientConfig.caBundle
    }
    await waitFor('the authority to be trusted', bundleOf).catch((cause: unknown) => {
      throw new Error(running.output(), { cause })
    })
    const path = 'jsonpath={.spec.conversion.webhook.clientConfig.caBundle}'
    const definition = ['get', 'crd', 'databases.databases.example.com', '-o', path]
    await waitFor('the conversion to be trusted', () => kubectl(...definition))
    expect(running.output()).not.toContain('orbidden')
  })
})

function deployment(project: string): Deployment & { readonly spec: object } {
  const text = readFileSync(join(project, 'manifests/operator.yaml'), 'utf8')
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Deployment)
  const found = objects.find((object) => object.kind === 'Deployment')
  if (found?.spec === undefined) throw new Error('there is no Deployment')
  return found
}

function argumentsOf({ spec }: Deployment): readonly string[] {
  return spec?.template.spec?.containers[0]?.args ?? []
}

async function runToEnd(cwd: string, program: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => void (output += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => void (output += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${output}`)
}
