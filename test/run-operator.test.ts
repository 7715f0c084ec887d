import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'node:https'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@fairlead/base'
import { credentialFilesInMemory, PublicKeyInfrastructure } from '@fairlead/pki'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { compileCache } from './support/compile-cache.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const program = fileURLToPath(new URL('support/small-operator.program.ts', import.meta.url))

const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: '1',
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    operation: 'CREATE',
    namespace: 'default',
    name: 'a',
    userInfo: { username: 'jo' },
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name: 'a' } },
  },
}

describe('runOperator', () => {
  let environment: TestEnvironment
  const folder = temporaryFolder()
  const kubeconfig = join(folder.path, 'kubeconfig')
  beforeAll(async () => {
    environment = await TestEnvironment.start({
      objects: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'default' } },
      ],
    })
    writeFileSync(kubeconfig, environment.kubeconfig())
  })
  afterAll(async () => {
    await environment.stop()
    folder[Symbol.dispose]()
  })

  /** The operator as a process, with no environment of ours. */
  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, ['--conditions=source', program, ...args], {
      env: { HOME: '/nowhere', ...compileCache(), ...env },
    })
    let output = ''
    const append = (chunk: Buffer) => (output = (output + String(chunk)).slice(-100_000))
    child.stdout.on('data', append)
    child.stderr.on('data', append)
    const ended = once(child, 'close').then(([code]) => code as number | null)
    onTestFinished(() => void child.kill('SIGKILL'))
    return {
      output: () => output,
      hasEnded: () => child.exitCode !== null,
      ended,
      kill: (signal: NodeJS.Signals) => child.kill(signal),
      says: (text: string | RegExp) => waitFor(`${text}`, () => output.match(text) ?? undefined),
    }
  }
  const quiet = ['--health-probe-bind-address=0']

  it('works until SIGTERM, and then exits with 0', async () => {
    const operator = run(['--kubeconfig', kubeconfig, '-greeting=hi', ...quiet])
    await operator.says('hi one')
    operator.kill('SIGTERM')
    expect(await operator.ended).toBe(0)
    expect(operator.output()).toContain('"msg":"stopped"')
  })

  it('takes the kubeconfig of the environment, and serves what its flags ask for', async () => {
    const flags = [
      '--health-probe-bind-address=127.0.0.1:0',
      '--metrics-bind-address=127.0.0.1:0',
      '--metrics-secure=false',
      '--pprof-bind-address=127.0.0.1:0',
      '--leader-elect',
      '--leader-elect-resource-namespace=default',
      '--log-format=text',
    ]
    const operator = run(flags, { KUBECONFIG: kubeconfig })
    const at = async (name: string) => {
      const [, port] = await operator.says(new RegExp(`${name} at (\\d+)`))
      return `http://127.0.0.1:${port}`
    }
    const [health, metrics, profiling] = [
      await at('health'),
      await at('metrics'),
      await at('profiling'),
    ]
    await operator.says('hello one')
    expect((await fetch(`${health}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${metrics}/metrics`)).text()).toContain(
      'leader_election_master_status{name="small-operator"} 1',
    )
    expect((await fetch(`${profiling}/debug/pprof/`)).status).toBe(200)
    operator.kill('SIGINT')
    expect(await operator.ended).toBe(0)
    const lease = await environment.server.request(
      'GET',
      '/apis/coordination.k8s.io/v1/namespaces/default/leases/small-operator',
    )
    expect(lease).toMatchObject({ spec: { holderIdentity: '' } })
  })

  it('sees only the namespaces that it is told', async () => {
    await environment.install(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'two', namespace: 'other' } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'three', namespace: 'kube-system' },
      },
    )
    const operator = run(['--kubeconfig', kubeconfig, '--namespace=default,other', ...quiet])
    await operator.says('hello one')
    await operator.says('hello two')
    expect(operator.output()).not.toContain('three')
    operator.kill('SIGTERM')
    expect(await operator.ended).toBe(0)
  })

  describe('with a webhook', () => {
    const listens = /"address":"[^"]*:(\d+)","secure":true,"msg":"the webhook server listens"/

    it('serves it with the certificate of a directory', async () => {
      const pki = new PublicKeyInfrastructure(credentialFilesInMemory(), () => systemClock.now())
      const subject = { commonName: 'localhost' }
      const { certificate, privateKey } = pki.newLeaf({
        subject,
        hosts: ['localhost'],
        usage: 'server',
      })
      writeFileSync(join(folder.path, 'tls.crt'), certificate)
      writeFileSync(join(folder.path, 'own.key'), privateKey)
      const files = [`--webhook-cert-path=${folder.path}`, '--webhook-cert-key=own.key']
      const flags = [
        '--kubeconfig',
        kubeconfig,
        '--webhook',
        '--webhook-port=0',
        ...files,
        ...quiet,
      ]
      const operator = run(flags)
      const [, port] = await operator.says(listens)
      const path = '/validate--v1-configmap'
      const answer = await new Promise<string>((resolve, reject) => {
        const asked = request({ port, path, method: 'POST', ca: pki.caCertificate }, (response) => {
          let body = ''
          response.on('data', (chunk: Buffer) => (body += String(chunk)))
          response.on('end', () => resolve(body))
        })
        asked.setHeader('content-type', 'application/json')
        asked.on('error', reject).end(JSON.stringify(review))
      })
      expect(JSON.parse(answer)).toMatchObject({ response: { allowed: true, warnings: ['seen'] } })
      operator.kill('SIGTERM')
      expect(await operator.ended).toBe(0)
    })

    it('makes certificates for a Service', async () => {
      const flags = ['--webhook', '--webhook-port=0', '--webhook-service=default/hooks', ...quiet]
      const operator = run(['--kubeconfig', kubeconfig, ...flags])
      await operator.says(listens)
      const path = '/api/v1/namespaces/default/secrets/webhook-server-cert'
      await waitFor('the Secret', () => environment.server.request('GET', path))
      operator.kill('SIGTERM')
      expect(await operator.ended).toBe(0)
    })

    it('refuses to go on without a certificate', async () => {
      const without = run(['--kubeconfig', kubeconfig, '--webhook', ...quiet])
      expect(await without.ended).toBe(1)
      expect(without.output()).toContain('/validate--v1-configmap is registered, but nothing says')
    })
  })

  it('exits at the second signal, whatever still runs', async () => {
    const operator = run(['--kubeconfig', kubeconfig, '--stubborn', ...quiet])
    await operator.says('hello one')
    operator.kill('SIGTERM')
    await operator.says('a second signal exits at once')
    await waitFor('the exit', () => {
      operator.kill('SIGTERM')
      return operator.hasEnded()
    })
    expect(await operator.ended).toBe(1)
  })

  it('gives up when the API server cannot be reached, and says why', async () => {
    const unused = createServer().listen(0, '127.0.0.1')
    await once(unused, 'listening')
    const { port } = unused.address() as AddressInfo
    unused.close()
    const away = join(folder.path, 'away')
    writeFileSync(
      away,
      environment.kubeconfig().replace(/server: .*/, `server: https://127.0.0.1:${port}`),
    )
    const operator = run(['--kubeconfig', away, ...quiet])
    expect(await operator.ended).toBe(1)
    expect(operator.output()).toMatch(/cannot go on: .* 3000 ms; not synced: .*ECONNREFUSED/)
  })

  it('gives up when a port is in use, and says which', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    const address = `--health-probe-bind-address=127.0.0.1:${port}`
    const operator = run(['--kubeconfig', kubeconfig, address])
    expect(await operator.ended).toBe(1)
    expect(operator.output()).toContain(
      `cannot go on: the health probe server cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`,
    )
  })

  it.each([[['--leader-election'], 'flag provided but not defined: --leader-election']])(
    'refuses %j with code 2 and the list of flags',
    async (args, message) => {
      const operator = run(args)
      expect(await operator.ended).toBe(2)
      expect(operator.output()).toContain(message)
      expect(operator.output()).toContain('--metrics-bind-address string')
      expect(operator.output()).toContain('What is logged with each name. (default "hello")')
    },
  )

  it('refuses to go on without an API server', async () => {
    const operator = run([])
    expect(await operator.ended).toBe(1)
    expect(operator.output()).toContain('give --kubeconfig, or set KUBECONFIG')
  })

  it('prints its flags', async () => {
    const operator = run(['--help'])
    expect(await operator.ended).toBe(0)
    expect(operator.output()).toMatch(/^Usage of small-operator:\n  --greeting string\n/)
  })
})
