import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const program = fileURLToPath(new URL('support/small-operator.program.ts', import.meta.url))

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
      env: { HOME: '/nowhere', ...env },
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

  it.each([
    [['--leader-election'], 'flag provided but not defined: --leader-election'],
    [['up'], 'unexpected argument "up"'],
    [['--leader-elect=maybe'], 'invalid value "maybe" for flag --leader-elect: it must be true or'],
    [['--log-level=trace'], 'it must be debug, info, warn, error'],
    [['--kubeconfig'], 'flag needs an argument: --kubeconfig'],
  ])('refuses %j with code 2 and the list of flags', async (args, message) => {
    const operator = run(args)
    expect(await operator.ended).toBe(2)
    expect(operator.output()).toContain(message)
    expect(operator.output()).toContain('--metrics-bind-address string')
    expect(operator.output()).toContain('What is logged with each name. (default "hello")')
  })

  it('refuses flags that contradict each other, and a server that nobody names', async () => {
    const certificate = [
      '--metrics-bind-address=:0',
      '--metrics-secure=false',
      '--metrics-cert-path=/x',
    ]
    const contradiction = run(['--kubeconfig', kubeconfig, ...certificate])
    expect(await contradiction.ended).toBe(2)
    expect(contradiction.output()).toContain('--metrics-cert-path needs --metrics-secure')
    const nowhere = run([])
    expect(await nowhere.ended).toBe(1)
    expect(nowhere.output()).toContain('give --kubeconfig, or set KUBECONFIG')
  })

  it('prints its flags', async () => {
    const operator = run(['--help'])
    expect(await operator.ended).toBe(0)
    expect(operator.output()).toMatch(/^Usage of small-operator:\n  --greeting string\n/)
  })
})
