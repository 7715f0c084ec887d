import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand, startCommand } from './support/command.ts'
import { startFairlead, type Endpoints } from './support/fairlead-process.ts'
import { kubectlFor } from './support/kubectl.ts'
import { post } from './support/sdk.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const ready = /Fairlead is ready[\s\S]*endpoints +(\S+).*\n/
const anyPort = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0']
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Endpoints

describe('vendors in the environment', () => {
  it('become providers with their Secrets, and no key is in any log', async () => {
    const keys = {
      OPENAI_API_KEY: 'sk-openai-0001',
      ANTHROPIC_API_KEY: 'sk-ant-0002',
      GEMINI_API_KEY: 'gm-0003',
    }
    await using fairlead = await startFairlead({
      environment: { ...keys, OLLAMA_HOST: '127.0.0.1:9', FAIRLEAD_LOG_LEVEL: 'debug' },
    })
    const { kubectl } = fairlead
    const value = (resource: string, path: string) =>
      kubectl('get', resource, '-o', `jsonpath={${path}}`)
    for (const [name, key] of [
      ['openai', keys.OPENAI_API_KEY],
      ['anthropic', keys.ANTHROPIC_API_KEY],
      ['gemini', keys.GEMINI_API_KEY],
    ] as const) {
      const encoded = await value(`secret/${name}`, '.data.api-key')
      expect(Buffer.from(encoded, 'base64').toString()).toBe(key)
      const wait = ['wait', '--timeout=10s', `llmprovider/${name}`]
      await kubectl(...wait, '--for=condition=Accepted')
      await kubectl(...wait, '--for=condition=ResolvedRefs')
    }
    await kubectl('wait', '--timeout=10s', '--for=condition=Accepted', 'llmprovider/ollama')
    const providers = () => value('llmgateway/default', '.spec.defaults.providers[*].name')
    expect(await providers()).toBe('simulator ollama')
    for (const name of ['openai', 'anthropic', 'gemini']) {
      const condition = '--for=condition=ResolvedRefs'
      await kubectl('wait', '--timeout=10s', condition, `routingpolicy/${name}`)
    }
    await kubectl('wait', '--timeout=10s', '--for=condition=Programmed', 'llmgateway/default')
    // The simulator still serves all other models.
    const body = { model: 'assistant', messages: [{ role: 'user', content: 'hi' }] }
    expect((await post(fairlead.endpoints, '/v1/chat/completions', body)).status).toBe(200)

    expect(await fairlead.stop()).toBe(0)
    const again = await fairlead.restart()
    expect(
      await again.kubectl(
        'get',
        'llmgateway/default',
        '-o',
        'jsonpath={.spec.defaults.providers[*].name}',
      ),
    ).toBe('simulator ollama')
    await again.stop()
    for (const secret of [...Object.values(keys), fairlead.endpoints.apiKey]) {
      expect(fairlead.log()).not.toContain(secret)
      expect(again.log()).not.toContain(secret)
    }
  }, 60_000)
})

describe('--no-quickstart', () => {
  it('starts empty: no key, and calls are told that nothing is configured yet', async () => {
    await using fairlead = await startFairlead({ flags: ['--no-quickstart'] })
    expect(fairlead.endpoints.apiKey).toBeNull()
    expect(await fairlead.kubectl('get', 'llmgateways,consumers,llmproviders', '-A')).toBe('')
    const response = await post(fairlead.endpoints, '/v1/chat/completions', {
      model: 'any',
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).not.toBeNull()
    expect(await response.json()).toMatchObject({
      error: { code: 'not_ready', message: expect.any(String), type: expect.any(String) },
    })
  }, 60_000)
})

describe('variables instead of flags', () => {
  it('are read, and a flag goes before them', async () => {
    using folder = temporaryFolder()
    const dataDir = join(folder.path, 'from-variable')
    await using command = startCommand(['up', '--admin-port', '0'], {
      FAIRLEAD_DATA_DIR: dataDir,
      FAIRLEAD_API_PORT: '0',
      FAIRLEAD_GATEWAY_PORT: '0',
      FAIRLEAD_ADMIN_PORT: '1',
      FAIRLEAD_HOST: 'localhost',
      FAIRLEAD_NO_QUICKSTART: 'true',
      FAIRLEAD_LOG_LEVEL: 'silent',
    })
    const path = await command.prints(ready)
    expect(path).toBe(join(dataDir, 'endpoints.json'))
    const endpoints = read(path)
    expect(Object.keys(endpoints)).toEqual([
      'apiServer',
      'gateway',
      'admin',
      'kubeconfig',
      'apiKey',
    ])
    expect(endpoints.apiKey).toBeNull()
    expect(endpoints.kubeconfig).toBe(join(dataDir, 'kubeconfig'))
    const kubectl = kubectlFor(endpoints.kubeconfig)
    expect(await kubectl('get', '--raw', '/readyz')).toBe('ok')
    kubectl.dispose()
    command.kill('SIGTERM')
    expect(await command.ended).toBe(0)
    expect(command.log()).toBe('')
  }, 60_000)
})

describe('a start that cannot be', () => {
  const silent = { FAIRLEAD_LOG_LEVEL: 'silent' }

  it.each(['--api-port', '--gateway-port', '--admin-port'])(
    'names %s when its port is taken',
    async (flag) => {
      using folder = temporaryFolder()
      const blocker = createServer()
      await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
      const port = String((blocker.address() as AddressInfo).port)
      const { code, log } = await runCommand(
        ['up', '--data-dir', folder.path, ...anyPort, flag, port],
        silent,
      )
      blocker.close()
      expect({ code, log }).toEqual({
        code: 1,
        log:
          `fairlead: port ${port} is in use: stop the process that listens on it, or start with ` +
          `${flag} 0 for a free one (FAIRLEAD_${flag.slice(2).replace('-', '_').toUpperCase()})\n`,
      })
      expect(existsSync(join(folder.path, 'lock'))).toBe(false)
    },
  )

  it('says that the data directory is in use', async () => {
    using folder = temporaryFolder()
    const args = ['up', '--data-dir', folder.path, ...anyPort]
    await using running = startCommand(args, silent)
    await running.prints(ready)
    const { code, log } = await runCommand(args, silent)
    expect(code).toBe(1)
    expect(log).toMatch(/^fairlead: \S+ is in use by process \d+: .*--data-dir\n$/)
  }, 60_000)

  it('says that the kubeconfig cannot be read', async () => {
    using folder = temporaryFolder()
    const { code, log } = await runCommand(
      ['up', '--data-dir', folder.path, ...anyPort, '--kubeconfig', '/no/such/file'],
      silent,
    )
    expect({ code, log }).toEqual({
      code: 1,
      log: 'fairlead: cannot read the kubeconfig /no/such/file\n',
    })
  })

  it('says what is wrong with the call, and exits 2', async () => {
    const { code, log } = await runCommand(['up', '--gateway-port', 'eighty'])
    expect(code).toBe(2)
    expect(log).toMatch(/^fairlead: --gateway-port \(FAIRLEAD_GATEWAY_PORT\) is "eighty"/)
  })
})

describe('a stop', () => {
  it('lets a running stream end whole and exits 0', async () => {
    await using fairlead = await startFairlead()
    await fairlead.kubectl(
      'patch',
      'llmprovider/simulator',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { simulator: { wordDelay: '100ms' } } }),
    )
    await fairlead.kubectl(
      'wait',
      '--for=condition=Programmed',
      '--timeout=10s',
      'llmgateway/default',
    )
    const response = await post(fairlead.endpoints, '/v1/chat/completions', {
      model: 'assistant',
      stream: true,
      messages: [{ role: 'user', content: 'one two three four five six seven eight nine ten' }],
    })
    const decoder = new TextDecoder()
    let text = ''
    let stopped: Promise<number | null> | undefined
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes as Uint8Array, { stream: true })
      stopped ??= fairlead.stop()
    }
    expect(text).toContain('"finish_reason":"stop"')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(await stopped).toBe(0)
  }, 60_000)

  it('takes Ctrl-C, which npm hands on a second time, as one wish', async () => {
    using folder = temporaryFolder()
    // A terminal sends Ctrl-C to the whole group: to npm, and to the node process that it runs.
    const child = spawn(
      'npm',
      ['start', '--silent', '--', '--data-dir', folder.path, '--no-quickstart', ...anyPort],
      { cwd: join(import.meta.dirname, '..'), detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
    )
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
    await new Promise<void>((resolve, reject) => {
      let printed = ''
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString()
        if (ready.test(printed)) resolve()
      })
      void closed.then((code) => reject(new Error(`npm start ended with ${code}: ${printed}`)))
    })
    if (child.pid === undefined) throw new Error('npm did not start')
    process.kill(-child.pid, 'SIGINT')
    await closed
    // A clean stop: the lease is released, not abandoned.
    expect(existsSync(join(folder.path, 'lock'))).toBe(false)
  }, 60_000)
})
