// The operator's webhooks in a cluster: two replicas with the permissions of their ServiceAccount,
// which the API server asks over HTTPS.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { Secret, ValidatingWebhookConfiguration } from '@fairlead/kube-types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountKubeconfig } from './support/account-kubeconfig.ts'
import { type Command, runCommand, startCommand } from './support/command.ts'
import { freePort } from './support/free-port.ts'
import { type Kubectl, kubectlFor } from './support/kubectl.ts'
import { manifest } from './support/manifests.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const namespace = 'fairlead-system'
const name = 'fairlead-operator'
const certificate = { namespace, name: `${name}-certificate` }
const timeoutMs = 120_000

/** An operator, and where it answers webhooks. */
interface Replica {
  readonly command: Command
  readonly port: number
}

const prompt = (
  path: string | undefined,
  versions: readonly string[] = ['1'],
  rollout: readonly string[] = [],
) =>
  manifest('PromptTemplate', 'greet', {
    versions: versions.map((version) => ({
      name: version,
      messages: [{ role: 'user', content: version }],
    })),
    rollout: rollout.map((version) => ({ version })),
    ...(path !== undefined && { expose: { path } }),
  })
const odd = manifest('UsagePolicy', 'odd', {
  targetRefs: [{ kind: 'LLMGateway', name: 'default' }],
  limits: [{ name: 'a', requests: 1, window: { calendar: 'Day', timeZone: 'Mars/Base' } }],
})
const provider = (called: string, more: object = {}) =>
  manifest('LLMProvider', called, { type: 'Simulator', ...more })

describe('the webhooks of two operators', { timeout: timeoutMs }, () => {
  const undo = new AsyncDisposableStack()
  const folder = undo.use(temporaryFolder())
  let environment: TestEnvironment
  let client: ReturnType<typeof createClient>
  let kubectl: Kubectl
  /** As whoever may edit, and may administer. */
  let editor: Kubectl
  let admin: Kubectl
  let replicas: readonly [Replica, Replica]
  /** Where the Service leads. */
  let answering: number

  beforeAll(async () => {
    environment = undo.use(
      await TestEnvironment.start({
        namespaceObjects: true,
        serviceResolver: () => ({ host: '127.0.0.1', port: answering }),
      }),
    )
    client = createClient(loadKubeConfig({ text: environment.kubeconfig() }), {
      logger: silentLogger,
    })
    undo.defer(() => client.close())
    kubectl = kubectlOf('administrator', environment.kubeconfig())
    editor = person('eve')
    admin = person('ada')
    const installed = join(folder.path, 'manifests.yaml')
    writeFileSync(installed, (await runCommand(['manifests'])).printed)
    await kubectl('apply', '--server-side', '-f', installed)
    for (const [called, role] of [
      ['eve', 'edit'],
      ['ada', 'admin'],
    ] as const) {
      await kubectl('create', 'rolebinding', called, `--clusterrole=${role}`, `--user=${called}`)
    }
    replicas = [await start('first'), await start('second')]
    answering = replicas[0].port
    await waitFor(
      'the webhooks',
      async () =>
        (await policies()).get('publish.prompttemplate.admission.fairlead.dev') === 'Fail',
      60_000,
    )
    await kubectl.apply(manifest('LLMGateway', 'default', {}))
  }, timeoutMs)
  afterAll(() => undo.disposeAsync())

  function kubectlOf(called: string, kubeconfig: string): Kubectl {
    const file = join(folder.path, called)
    writeFileSync(file, kubeconfig, { mode: 0o600 })
    const made = kubectlFor(file)
    undo.defer(() => made.dispose())
    return made
  }

  const person = (called: string) =>
    kubectlOf(called, environment.addUser({ name: called }).kubeconfig)

  async function start(called: string): Promise<Replica> {
    const port = await freePort()
    const account = await accountKubeconfig(client, environment.kubeconfig(), { namespace, name })
    const file = join(folder.path, called)
    writeFileSync(file, account, { mode: 0o600 })
    const command = undo.use(
      startCommand([
        'operator',
        `--kubeconfig=${file}`,
        '--admin-port=0',
        `--gateway=${namespace}/default`,
        `--webhook-service=${namespace}/${name}`,
        `--webhook-port=${port}`,
        '--log-level=info',
      ]),
    )
    const url = await command.prints(/metrics and probes at (\S+)/)
    await waitFor(
      `${called}\n${command.log()}`,
      async () => (await fetch(`${url}/readyz`)).ok,
      60_000,
    )
    return { command, port }
  }

  const configuration = () =>
    client.get(ValidatingWebhookConfiguration, { name: `${name}-admission` })
  /** What becomes of a request when a webhook cannot be asked. */
  const policies = async () =>
    new Map(
      (await configuration()).webhooks?.map((webhook) => [webhook.name, webhook.failurePolicy]),
    )
  const apply = (as: Kubectl, ...manifests: readonly string[]) =>
    as.run(['apply', '-f', '-'], manifests.join('\n---\n'))

  it('are declared for every kind, and only what publishes waits for an operator', async () => {
    const found = await policies()
    expect(found.get('usagepolicy.admission.fairlead.dev')).toBe('Ignore')
    expect(found.get('deletion.usagepolicy.admission.fairlead.dev')).toBe('Ignore')
    expect([...found].filter(([, policy]) => policy === 'Fail')).toHaveLength(1)
  })

  it('refuse what would have no effect', async () => {
    const { code, stderr } = await apply(editor, odd)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The UsagePolicy "odd" is invalid: spec\.limits\[0\].*"Mars\/Base"/)
  })

  it('let those publish prompts who may', async () => {
    expect((await apply(editor, prompt(undefined))).code).toBe(0)
    const refused = await apply(editor, prompt('/greet'))
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(
      'prompttemplates.fairlead.dev "greet" is forbidden: User "eve" cannot publish resource "prompttemplates" in API group "fairlead.dev" in the namespace "default": ',
    )
    expect((await apply(admin, prompt('/greet', ['1'], ['1']))).code).toBe(0)
    // A draft, and no path any more.
    expect((await apply(editor, prompt('/greet', ['1', '2'], ['1']))).code).toBe(0)
    expect((await apply(editor, prompt('/greet', ['1', '2'], ['2']))).stderr).toContain(
      'cannot publish',
    )
    expect((await apply(editor, prompt(undefined, ['1', '2'], ['1']))).code).toBe(0)
  })

  it('answer with a certificate that is replaced while resources are applied', async () => {
    const shown = async () => (await client.get(Secret, certificate)).data?.['tls.crt']
    const before = await shown()
    const lost = { data: { 'tls.crt': '', 'tls.key': '' } }
    await client.patch(Secret, certificate, { type: 'merge', body: lost })
    let applied = 0
    let replacedAt = Infinity
    while (applied < replacedAt + 20) {
      applied += 1
      const called = `by-certificate-${applied}`
      const { stderr } = await apply(
        admin,
        manifest('PromptTemplate', called, {
          versions: [{ name: '1', messages: [{ role: 'user', content: 'Hi' }] }],
          expose: { path: `/${called}` },
        }),
      )
      expect(stderr).toBe('')
      // With Ignore, what cannot be asked passes.
      expect((await apply(editor, odd)).code).toBe(1)
      const now = await shown()
      if (replacedAt === Infinity && now !== '' && now !== before) replacedAt = applied
    }
  })

  it('are answered by the other replica when one is killed', async () => {
    const [first, second] = replicas
    first.command.kill('SIGKILL')
    await first.command.ended
    answering = second.port
    expect((await apply(editor, odd)).code).toBe(1)
    expect((await apply(admin, prompt('/greet', ['1', '2'], ['1']))).stderr).toBe('')
  })

  it('stop nothing but publishing when no operator is there', async () => {
    replicas[1].command.kill('SIGKILL')
    await replicas[1].command.ended
    await kubectl.apply(provider('later'))
    expect((await apply(editor, odd)).code).toBe(0)
    const refused = await apply(admin, prompt('/other', ['1', '2'], ['1']))
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(
      'failed calling webhook "publish.prompttemplate.admission.fairlead.dev"',
    )
    await kubectl('label', 'prompttemplate', 'greet', 'team=web')
    const finalizers = (all: readonly string[]) =>
      kubectl(
        'patch',
        'prompttemplate',
        'greet',
        '--type=merge',
        '-p',
        JSON.stringify({ metadata: { finalizers: all } }),
      )
    await finalizers(['example.com/kept'])
    const status = JSON.stringify({ status: { activeVersions: ['1'] } })
    await kubectl(
      'patch',
      'prompttemplate',
      'greet',
      '--subresource=status',
      '--type=merge',
      '-p',
      status,
    )
    await kubectl('delete', 'prompttemplate', 'greet', '--wait=false')
    await finalizers([])
    expect((await kubectl.run(['get', 'prompttemplate', 'greet'])).code).toBe(1)
  })

  it('come back with an operator, and judge again', async () => {
    const { port } = await start('third')
    answering = port
    await waitFor(
      'a refusal',
      async () => (await apply(editor, odd.replace('odd', 'other'))).code === 1,
    )
  })

  it('are not declared again once they are uninstalled', async () => {
    await kubectl('delete', 'validatingwebhookconfiguration', `${name}-admission`)
    await kubectl.apply(odd.replace('odd', 'third'))
    expect(await kubectl('get', 'validatingwebhookconfigurations', '-o', 'name')).toBe('')
  })
})
