import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesMatching, root } from '../tools/source-tree.ts'
import {
  consoleCommands,
  fencedBlocks,
  runSession,
  withoutVolatileParts,
} from './support/console-session.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead()
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

const documents = ['README.md', ...filesMatching('docs/*.md'), ...filesMatching('examples/*/*.md')]
const exampleFolders = [...new Set(filesMatching('examples/*/*.yaml').map(dirname))]
const read = (path: string) => readFileSync(join(root, path), 'utf8')

// First of all: the README is written for a Fairlead that was just started.
describe('the README', () => {
  const commands = consoleCommands(read('README.md'))
  const [start, ...session] = commands

  it('shows what npm start prints', () => {
    expect(start?.command).toBe('npm start')
    expect(withoutVolatileParts(fairlead.announcement)).toBe(
      withoutVolatileParts(start?.output ?? ''),
    )
  })

  it('shows a session that prints what it says', async () => {
    expect(session.length).toBeGreaterThan(5)
    await expectSession(session)
  }, 60_000)
})

// Before all examples are applied: their sessions show how they are made.
describe('an example', () => {
  const sessions = filesMatching('examples/*/README.md').filter((path) =>
    read(path).includes('```console'),
  )

  it.each(sessions)(
    '%s shows a session that prints what it says',
    async (path) => {
      await expectSession(consoleCommands(read(path)))
    },
    60_000,
  )

  it.each(exampleFolders)('in %s is accepted', async (folder) => {
    const { kubectl } = fairlead
    const path = join(root, folder)
    const applied = await kubectl.run(['apply', '--server-side', '--force-conflicts', '-f', path])
    expect(applied).toMatchObject({ code: 0, stderr: '' })
    await kubectl('wait', '--for=condition=Accepted', '--timeout=10s', '-f', path)
  })
})

describe('the snippets of the documents', () => {
  it.each(snippets('yaml'))('%s: the API server takes this manifest', async (_path, text) => {
    const { kubectl } = fairlead
    for (const namespace of namespacesIn(text)) {
      await kubectl.run(['create', 'namespace', namespace])
    }
    const applied = await kubectl.run(['apply', '--dry-run=server', '-f', '-'], text)
    expect(applied).toMatchObject({ code: 0, stderr: '' })
  })

  it.each(snippets('json'))('%s: this JSON is JSON', (_path, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow()
  })
})

describe('docs/operations.md', () => {
  const text = read('docs/operations.md')

  it('lists exactly the metrics that there are, with their labels', async () => {
    const exposed = parseMetrics(await (await fetch(`${fairlead.endpoints.admin}/metrics`)).text())
    const documented = documentedMetrics(text)
    expect([...documented.keys()].toSorted()).toEqual([...exposed.keys()].toSorted())
    for (const [name, labels] of exposed) {
      if (labels !== undefined)
        expect({ name, labels }).toEqual({ name, labels: documented.get(name) })
    }
  })

  it('lists exactly the flags that there are', async () => {
    const [help = ''] = await runSession(['npm run --silent fairlead -- --help'], {
      directory: root,
      environment: process.env,
    })
    const flagsIn = (each: string) => [...new Set(each.match(/--[a-z][a-z-]+/g))].toSorted()
    const table = text.split('\n').filter((line) => line.startsWith('| `--'))
    expect(flagsIn(table.map((line) => line.split('|')[1]).join())).toEqual(flagsIn(help))
  })
})

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md')

  it('names every room of every package', () => {
    const rooms = filesMatching('packages/*/src/*/**/*.ts')
      .map((path) => path.split('/'))
      .filter(([, , , room = '']) => !['fixtures', 'test-support'].includes(room))
      .map(([, name = '', , room = '']) => `${name}: ${room}/`)
    const unnamed = [...new Set(rooms)].filter((room) => {
      const [name = '', folder = ''] = room.split(': ')
      const section = text.split(`**\`packages/${name}\`**`)[1]?.split('\n**`')[0]
      return section?.includes(`\`${folder}\``) !== true
    })
    expect(unnamed).toEqual([])
  })

  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])('%s names only files that exist', (path) => {
    const named = [...read(path).matchAll(/`((?:[\w-]+\/)+[\w.-]*)`/g)]
      .map((match) => match[1] ?? '')
      .filter((each) => /^(?:packages|test|tools|bench|docs|examples|call)\//.test(each))
      .map((each) => each.replace(/^call\//, 'packages/gateway/src/call/'))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((each) => !existsSync(join(root, each)))).toEqual([])
  })
})

/** Runs commands in a folder that looks like the repository in which `npm start` was run. */
async function expectSession(commands: ReturnType<typeof consoleCommands>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'fairlead-session-'))
  try {
    symlinkSync(dirname(fairlead.endpoints.kubeconfig), join(directory, '.fairlead'))
    symlinkSync(join(root, 'examples'), join(directory, 'examples'))
    const { PATH } = process.env
    const printed = await runSession(
      commands.map(({ command }) =>
        command
          .replaceAll('http://127.0.0.1:8080', fairlead.endpoints.gateway)
          .replaceAll('http://127.0.0.1:9464', fairlead.endpoints.admin),
      ),
      { directory, environment: { PATH, HOME: directory } },
    )
    const asShown = (output: readonly string[]) =>
      commands.map(
        ({ command }, index) => `$ ${command}\n${withoutVolatileParts(output[index] ?? '')}`,
      )
    expect(asShown(printed)).toEqual(asShown(commands.map(({ output }) => output)))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Path and text of each fenced block of a language, in all documents. */
function snippets(language: string): [path: string, text: string][] {
  return documents.flatMap((path) =>
    fencedBlocks(read(path), language).map((text): [string, string] => [path, text]),
  )
}

function namespacesIn(manifest: string): string[] {
  return [...manifest.matchAll(/\bnamespace: ([a-z0-9-]+)/g)].map((match) => match[1] ?? '')
}

/** Label names of each metric; undefined while it has no sample. `le` belongs to every histogram. */
function parseMetrics(exposition: string): Map<string, string[] | undefined> {
  const names = [...exposition.matchAll(/^# TYPE (\S+) /gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => !/^(?:process|nodejs)_/.test(name))
  return new Map(
    names.map((name) => {
      const sample = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, 'm').exec(exposition)
      const labels = [...(sample?.[1] ?? '').matchAll(/(\w+)="/g)].map((match) => match[1] ?? '')
      return [name, sample === null ? undefined : labels.toSorted()]
    }),
  )
}

/** Rows of the form: name in backticks, type, labels in backticks, meaning. */
function documentedMetrics(text: string): Map<string, string[]> {
  const rows = text.matchAll(/^\| `([a-z_]+)` +\| (?:counter|gauge|histogram) +\|([^|]*)\|/gm)
  return new Map(
    [...rows].map(([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? '').toSorted(),
    ]),
  )
}
