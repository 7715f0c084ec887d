import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createOperator } from '../create-operator.ts'
import { operatorCommand } from '../operator-command.ts'
import { filesIn } from '../project/project-folder.ts'
import { ScaffoldError, ScaffoldUsageError } from '../scaffold-error.ts'

const installed = fileURLToPath(new URL('../../../../node_modules', import.meta.url))
const thing = ['--group', 'things', '--kind', 'Thing']

describe('a project', () => {
  let folder = ''
  let printed = ''
  const print = (text: string) => void (printed += text)
  const run = (...args: string[]) => operatorCommand(args, { folder, print })
  const read = (path: string) => readFileSync(join(folder, path), 'utf8')
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  beforeEach(() => {
    const made = mkdtempSync(join(tmpdir(), 'fairlead-scaffold-'))
    onTestFinished(() => rmSync(made, { recursive: true, force: true }))
    folder = join(made, 'thing-operator')
    mkdirSync(folder)
    printed = ''
  })

  async function project(...more: (readonly string[])[]): Promise<void> {
    await run('init', '--domain', 'example.com')
    symlinkSync(installed, join(folder, 'node_modules'))
    for (const args of more) await run(...args)
  }

  it('begins with tens of lines', async () => {
    await project(['create', 'api', ...thing, '--version', 'v1'])
    const sources = filesIn(folder, 'src')
    expect(sources).toEqual([
      'src/api/v1/thing.ts',
      'src/main.ts',
      'src/operator.ts',
      'src/thing-controller.test.ts',
      'src/thing-controller.ts',
    ])
    const lines = sources.flatMap((path) => read(path).split('\n'))
    expect(lines.length).toBeLessThan(150)
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: 'thing-operator',
      fairlead: { domain: 'example.com' },
    })
  })

  it('keeps the files that are there, all of them or none written, unless forced', async () => {
    write('tsconfig.json', 'mine')
    await expect(run('init')).rejects.toThrow('tsconfig.json exists already')
    expect(filesIn(folder, '.')).toEqual(['tsconfig.json'])
    await run('init', '--force')
    expect(read('tsconfig.json')).toContain('"compilerOptions"')
    await run('create', 'api', ...thing, '--version', 'v1')
    await expect(run('create', 'api', ...thing, '--version', 'v1')).rejects.toThrow(ScaffoldError)
  })

  it('says what to add by hand to a setup that it does not understand', async () => {
    await project()
    write('src/operator.ts', 'export const setup = () => {}\n')
    await run('create', 'api', ...thing, '--version', 'v1')
    expect(read('src/operator.ts')).toBe('export const setup = () => {}\n')
    expect(printed).toContain("import { setupThingController } from './thing-controller.ts'")
  })

  it('has manifests of what it declares, which a check compares', async () => {
    await project(['create', 'api', ...thing, '--version', 'v1'])
    expect(await run('manifests', '--check')).toBe(1)
    expect(printed).toContain('manifests/operator.yaml: is missing')
    expect(await run('manifests')).toBe(0)
    const first = read('manifests/operator.yaml')
    expect(await run('manifests', '--check')).toBe(0)
    await run('manifests')
    expect(read('manifests/operator.yaml')).toBe(first)
    write('manifests/operator.yaml', first.replace('replicas: 2', 'replicas: 3'))
    printed = ''
    expect(await run('manifests', '--check')).toBe(1)
    expect(printed).toContain('-  replicas: 3\n+  replicas: 2\n')
  })

  it('removes manifests that it made and makes no longer, and no others', async () => {
    await project(['create', 'api', ...thing, '--version', 'v1'], ['manifests'])
    write('manifests/crds/old.yaml', read('manifests/crds/things.things.example.com.yaml'))
    write('manifests/mine.yaml', 'mine')
    expect(await run('manifests', '--check')).toBe(1)
    expect(printed).toContain('manifests/crds/old.yaml: is no longer made')
    await run('manifests')
    expect(filesIn(folder, 'manifests')).toEqual([
      'manifests/crds/things.things.example.com.yaml',
      'manifests/kustomization.yaml',
      'manifests/mine.yaml',
      'manifests/operator.yaml',
    ])
    write('manifests/operator.yaml', 'mine')
    await expect(run('manifests')).rejects.toThrow('was not written by this command')
  })

  it('gets webhooks, a second version, and its conversion', async () => {
    await project(
      ['create', 'api', ...thing, '--version', 'v1'],
      [
        'create',
        'webhook',
        ...thing,
        '--version',
        'v1',
        '--defaulting',
        '--programmatic-validation',
      ],
      ['create', 'api', ...thing, '--version', 'v2'],
    )
    await expect(run('manifests')).rejects.toThrow('nothing converts the versions of things')
    expect(filesIn(folder, 'manifests')).toEqual([])
  })

  it('converts, once it is told to', async () => {
    await project(
      ['create', 'api', ...thing, '--version', 'v1'],
      ['create', 'api', ...thing, '--version', 'v2'],
      ['create', 'webhook', ...thing, '--version', 'v2', '--conversion'],
      ['manifests'],
    )
    const crd = read('manifests/crds/things.things.example.com.yaml')
    expect(crd).toContain('name: thing-operator-webhooks\n')
    expect(read('manifests/operator.yaml')).toContain('--webhook-service=thing-operator-webhooks')
    expect(read('chart/templates/crds.yaml')).toContain(
      'namespace: {{ .Release.Namespace | quote }}',
    )
  })

  it.each([
    [[]],
    [['destroy']],
    [['create', 'cluster']],
    [['create', 'api', '--version', 'v1']],
    [['create', 'api', ...thing]],
    [['create', 'api', ...thing, '--version', 'v1', '--namespaced', 'no']],
    [['create', 'api', ...thing, '--version', 'v1', '--unknown']],
    [['create', 'webhook', ...thing, '--version', 'v1']],
    [['manifests', 'now']],
    [['init', 'a', 'b']],
  ])('is not changed by %j', async (args) => {
    await project()
    await expect(run(...args)).rejects.toThrow(ScaffoldUsageError)
  })

  it('is needed by everything but init', async () => {
    await expect(run('manifests')).rejects.toThrow('there is no package.json')
    write('package.json', '{"name":"x"}')
    await expect(run('manifests')).rejects.toThrow('needs a name and "fairlead"')
    write('package.json', '{"name":"x","fairlead":{"domain":"example.com"}}')
    await expect(run('manifests')).rejects.toThrow('run npm install first')
  })

  it('is made by npm create, with a kind of its name', async () => {
    const context = { folder, print, warn: print }
    expect(await createOperator(['backup-operator'], context)).toBe(0)
    expect(read('backup-operator/src/api/v1alpha1/backup.ts')).toContain("group: 'example.com'")
    expect(printed).toContain('cd backup-operator\n')
    printed = ''
    const elsewhere = join(folder, 'elsewhere')
    await createOperator(['--domain', 'example.com', elsewhere, '--kind', 'Cache'], context)
    expect(printed).toContain(`cd ${elsewhere}\n`)
    expect(read('elsewhere/src/operator.ts')).toContain('setupCacheController(manager)')
    expect(await createOperator([], context)).toBe(2)
    expect(await createOperator(['Backup'], context)).toBe(2)
    expect(await createOperator(['backup-operator'], context)).toBe(1)
  })
})
