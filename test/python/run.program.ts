import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modelAnswer } from '../../packages/gateway/src/test-support/model-answer.ts'
import { startUpstream } from '../../packages/gateway/src/test-support/upstream.ts'
import { startCommand } from '../support/command.ts'
import { manifest, provider, secret } from '../support/manifests.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

// node run.program.ts PYTHON [CLIENT…]: starts Fairlead before the Simulator and before simulated
// providers of every API, lets Python's clients call it, and ends as they end.

/** The APIs by which calls are answered: a model `chat-m` is the model `m` of the provider `chat`. */
const apis = [
  { name: 'chat', type: 'OpenAICompatible', version: 'v1' },
  { name: 'responses', type: 'OpenAI', version: 'v1' },
  { name: 'messages', type: 'Anthropic', version: 'v1' },
  { name: 'gemini', type: 'Gemini', version: 'v1beta' },
]
const models = ['m', 'slow', 'fails-404', 'fails-429', 'fails-500']
const key = 'flk_python'

process.exitCode = await run()

async function run(): Promise<number> {
  const [python = 'python3', ...clients] = process.argv.slice(2)
  const upstream = await startUpstream(modelAnswer)
  try {
    using folder = temporaryFolder()
    const manifests = manifestsFor(upstream.url)
    for (const [index, text] of manifests.entries()) {
      writeFileSync(join(folder.path, `${index}.json`), text)
    }
    const ports = ['--gateway-port', '0', '--admin-port', '0']
    const files = ['--manifests', folder.path, '--data-dir', join(folder.path, 'data')]
    await using fairlead = startCommand(['gateway', ...files, ...ports, '--workers', '1'])
    const url = await fairlead.prints(/The gateway listens at (\S+)/)
    const code = await runPython(python, clients, url)
    if (code !== 0) return code
    const slow = upstream.requests.filter(
      ({ raw, path }) => path.includes('slow') || raw.includes('slow'),
    )
    let ended = 0
    for (const { aborted } of slow) void aborted.then(() => (ended += 1))
    await waitFor('the end, at its provider, of every stream given up', () => ended === slow.length)
    return 0
  } finally {
    await upstream.close()
  }
}

function manifestsFor(url: string): string[] {
  return [
    manifest('LLMGateway', 'default', {
      listeners: [{ name: 'http', port: 8080, protocol: 'HTTP' }],
      auth: { mode: 'Required' },
      egress: { privateNetworks: 'Allow' },
    }),
    manifest('Consumer', 'python', {
      apiKeys: [{ name: 'first', secretRef: { name: 'python', key: 'api-key' } }],
    }),
    secret('python', 'api-key', key),
    manifest('LLMProvider', 'simulator', { type: 'Simulator' }),
    policy('simulator', ['m']),
    ...apis.flatMap(({ name, type, version }) => [
      provider(name, type, new URL(version, url).href),
      secret(`${name}-key`, 'api-key', 'sk-upstream'),
      policy(name, models),
    ]),
  ]
}

function policy(name: string, names: readonly string[]): string {
  return manifest('RoutingPolicy', name, {
    rules: names.map((model) => ({
      name: model,
      match: { models: [`${name}-${model}`] },
      targets: [{ name, providerRef: { name }, model }],
      retry: { attempts: 0 },
    })),
  })
}

function runPython(python: string, clients: readonly string[], url: string): Promise<number> {
  const matrix = fileURLToPath(new URL('matrix.py', import.meta.url))
  const { PATH, HOME } = process.env
  const environment = {
    PATH,
    HOME,
    FAIRLEAD_URL: url,
    FAIRLEAD_API_KEY: key,
    OPENAI_AGENTS_DISABLE_TRACING: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const child = spawn(python, [matrix, ...clients], { env: environment, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}
