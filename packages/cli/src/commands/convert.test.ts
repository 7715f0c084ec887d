import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { CommandFailure } from '../command-failure.ts'
import { parseManifests } from '../load-manifests.ts'
import { parseCommandLine } from '../options.ts'
import { UsageError } from '../usage-error.ts'
import { convert } from './convert.ts'

const config = `model_list:
  - model_name: chat
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY
      temperature: 0.5
general_settings:
  master_key: os.environ/MASTER_KEY
`

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-convert-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  file = join(folder, 'config.yaml')
  writeFileSync(file, config)
})

/** What a command line prints; rejects as the command does. */
async function run(args: readonly string[], environment = {}): Promise<string> {
  const { options, own } = parseCommandLine(['convert', ...args], environment)
  let printed = ''
  await convert({
    options,
    own,
    environment,
    signal: new AbortController().signal,
    logger: pino({ level: 'silent' }),
    log: { droppedLines: 0 },
    uncaughtErrors: { count: 0 },
    input: () => process.stdin,
    output: () => process.stdout,
    columns: 100,
    progress: { tell: () => undefined, end: () => undefined },
    print: (text) => (printed += text),
  })
  return printed
}

it('prints manifests that kubectl takes, after comments with what is not as it was', async () => {
  const printed = await run(['litellm', file])
  expect(printed.split('\n').slice(0, 4)).toEqual([
    `# ${file}:5: todo: model_list[0].litellm_params.api_key: Secret openai-api-key needs the value of OPENAI_API_KEY: see secrets.yaml`,
    `# ${file}:6: lost: model_list[0].litellm_params.temperature: a default for calls: callers send it themselves, or a Persona does in spec.settings`,
    `# ${file}:8: todo: general_settings.master_key: Secret master-key needs the value of MASTER_KEY: see secrets.yaml`,
    '# 5 files: 1 lost, 0 changed, 2 to do, 0 notes',
  ])
  expect(parseManifests('printed', printed).map(({ object }) => object.kind)).toEqual([
    'LLMGateway',
    'LLMProvider',
    'RoutingPolicy',
    'Consumer',
    'Secret',
    'Secret',
  ])
})

it('writes files, of which that with the Secrets is for its owner alone', async () => {
  const to = join(folder, 'a', 'b')
  const printed = await run(['litellm', file, '-o', to, '--fill-secrets'], {
    OPENAI_API_KEY: 'sk-of-the-environment',
  })
  expect(printed.trimEnd().split('\n').at(-1)).toBe(
    `Fill in ${to}/secrets.yaml, then run fairlead validate ${to}`,
  )
  const names = ['callers', 'gateway', 'providers', 'routes', 'secrets'].map(
    (name) => `${name}.yaml`,
  )
  expect(readdirSync(to)).toEqual(names)
  expect(statSync(join(to, 'secrets.yaml')).mode & 0o777).toBe(0o600)
  const holding = names.filter((name) => readFileSync(join(to, name), 'utf8').includes('sk-of-the'))
  expect(holding).toEqual(['secrets.yaml'])
  expect(printed).not.toContain('sk-of-the')
})

it('overwrites nothing', async () => {
  await run(['litellm', file, '-o', folder])
  writeFileSync(join(folder, 'secrets.yaml'), 'filled in by hand')
  await expect(run(['litellm', file, '-o', folder])).rejects.toThrow(/gateway\.yaml exists/)
  expect(readFileSync(join(folder, 'secrets.yaml'), 'utf8')).toBe('filled in by hand')
})

it('fails with --strict if a setting is lost, and has done its work', async () => {
  const to = join(folder, 'out')
  await expect(run(['litellm', file, '-o', to, '--strict'])).rejects.toThrow(
    new CommandFailure('1 setting cannot be carried over as it is'),
  )
  expect(readdirSync(to)).toContain('routes.yaml')
  writeFileSync(file, config.replace('      temperature: 0.5\n', ''))
  await expect(run(['litellm', file, '--strict'])).resolves.toContain('0 lost')
})

it.each([
  [[], 'expected litellm and its CONFIG.yaml'],
  [['litellm'], 'expected litellm and its CONFIG.yaml'],
  [['portkey', 'config.json'], 'expected litellm and its CONFIG.yaml'],
  [['litellm', '/nowhere.yaml'], 'cannot read /nowhere.yaml'],
])('says what is wrong with %j', async (args, message) => {
  await expect(run(args)).rejects.toThrow(UsageError)
  await expect(run(args)).rejects.toThrow(message)
})
