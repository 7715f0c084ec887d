import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { LLMGateway } from '@fairlead/api'
import { apiVersionOf } from '@fairlead/kube-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { filesMatching, readText as read, root } from '../tools/source-tree.ts'
import { compileCache } from './support/compile-cache.ts'
import { consoleCommands, runSession, withoutVolatileParts } from './support/console-session.ts'
import {
  type DocumentProgram,
  DocumentPrograms,
  endsByItself,
  excerpts,
  fileNameOf,
  promisedOutput,
} from './support/document-programs.ts'
import { blocksOf, fencedBlocks } from './support/fenced-blocks.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { type Kubectl, kubectlFor } from './support/kubectl.ts'

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead()
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

const documents = [
  '*.md',
  'docs/**/*.md',
  'examples/**/*.md',
  'packages/*/README.md',
  'changes/*.md',
].flatMap(filesMatching)
// Recipes change the gateway, each in its own way: they have a test of their own.
const exampleFolders = [...new Set(filesMatching('examples/*/*.yaml').map(dirname))].filter(
  (folder) => folder !== 'examples/recipes',
)

// Must run first: the README assumes a Fairlead that was just started.
describe('the README', () => {
  const commands = consoleCommands(read('README.md'))
  const [start, ...session] = commands

  it('shows what npm start prints', () => {
    expect(start?.command).toBe('npm start')
    expect(withoutVolatileParts(fairlead.announcement)).toBe(
      withoutVolatileParts(start?.output ?? ''),
    )
  })

  it('shows a session that prints what it says', async ({ signal }) => {
    expect(session.length).toBeGreaterThan(5)
    await expectSession(session, signal)
  }, 60_000)
})

// Their sessions are with an API server of their own, and have a test there.
const ownServer = ['examples/database-cluster/README.md']

// Before all examples are applied: their sessions show how they are created.
describe('an example', () => {
  const sessions = documents.filter(
    (path) =>
      path !== 'README.md' &&
      !ownServer.includes(path) &&
      blocksOf(read(path), 'console').length > 0,
  )

  it.for(sessions)(
    '%s shows a session that prints what it says',
    { timeout: 150_000 },
    async (path, { signal }) => {
      const text = read(path)
      await expectSession(consoleCommands(text), signal, projectIn(text))
    },
  )

  it.each(exampleFolders)('in %s is accepted', async (folder) => {
    const { kubectl } = fairlead
    const path = join(root, folder)
    const applied = await kubectl.run(['apply', '--server-side', '--force-conflicts', '-f', path])
    expect(applied).toMatchObject({ code: 0, stderr: '' })
    await kubectl('wait', '--for=condition=Accepted', '--timeout=10s', '-f', path)
  })
})

const namesUnroutedModel =
  /^Warning: .* no rule of a RoutingPolicy and no default provider is for model /

describe('the snippets of the documents', () => {
  it('say by their language what is done with them', () => {
    const known = ['console', 'json', 'sh', 'text', 'ts', 'yaml']
    const languages = documents.flatMap((path) =>
      fencedBlocks(read(path)).map(({ language }) => `${path}: ${language}`),
    )
    expect(languages.filter((each) => !known.includes(each.split(': ')[1] ?? ''))).toEqual([])
  })

  // In a namespace of their own, where the examples are not: they claim the same.
  let kubectl: Kubectl
  let folder: string
  beforeAll(async () => {
    const kubeconfig = parse(readFileSync(fairlead.endpoints.kubeconfig, 'utf8')) as {
      contexts: { context: { namespace?: string } }[]
    }
    for (const { context } of kubeconfig.contexts) context.namespace = 'snippets'
    folder = mkdtempSync(join(tmpdir(), 'fairlead-snippets-'))
    writeFileSync(join(folder, 'kubeconfig'), stringify(kubeconfig), { mode: 0o600 })
    kubectl = kubectlFor(join(folder, 'kubeconfig'))
    await kubectl('create', 'namespace', 'snippets')
    const gateway = { apiVersion: apiVersionOf(LLMGateway), kind: LLMGateway.kind }
    await kubectl.apply(JSON.stringify({ ...gateway, metadata: { name: 'default' }, spec: {} }))
    await kubectl('wait', '--for=condition=Accepted', '--timeout=20s', 'llmgw/default')
  })
  afterAll(() => {
    kubectl.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  // The reference shows parts of manifests that have a test of their own.
  const manifests = snippets('yaml').filter(([path]) => !path.startsWith('docs/reference/'))
  it.each(manifests)('%s: the API server takes this manifest', async (_path, text) => {
    for (const namespace of namespacesIn(text)) {
      await kubectl.run(['create', 'namespace', namespace])
    }
    const applied = await kubectl.run(['apply', '--dry-run=server', '-f', '-'], text)
    const { code, stderr } = applied
    // A snippet names models that a reader has.
    const told = stderr.split('\n').filter((line) => line !== '' && !namesUnroutedModel.test(line))
    expect([code, told]).toEqual([0, []])
  })

  it.each(snippets('json'))('%s: this JSON is JSON', (_path, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow()
  })

  it.each(snippets('sh'))('%s: these commands are of a shell and of this repository', (_, text) => {
    expect(spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' }).stderr).toBe('')
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const called = [...text.matchAll(/^npm run (?:--silent )?([a-z\d:-]+)/gm)].map(
      ([, name]) => name,
    )
    expect(called.filter((name) => scripts[name ?? ''] === undefined)).toEqual([])
    const named = [...text.matchAll(/\b(?:packages|examples|docs|tools)\/[\w./-]+/g)].flat()
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe('the programs of the documents', () => {
  const blocks = documents.flatMap((document) =>
    blocksOf(read(document), 'ts').map((text, index) => ({ document, place: index + 1, text })),
  )
  const sourceOf = ({ text }: DocumentProgram) => {
    const name = fileNameOf(text)
    return name?.startsWith('examples/') === true ? name : undefined
  }
  const programs = blocks.filter((block) => sourceOf(block) === undefined)
  let files: DocumentPrograms
  beforeAll(() => {
    files = new DocumentPrograms(root, programs.map(atRunningFairlead))
  })
  afterAll(() => files.dispose())

  it('are right for the compiler', async () => {
    expect(programs.length).toBeGreaterThan(8)
    expect(await files.typeErrors()).toBe('')
  }, 150_000)

  it.each(blocks.filter((block) => sourceOf(block) !== undefined))(
    '$document, $place: is an excerpt of the file that it names',
    (block) => {
      const unindented = (text: string) => text.replaceAll(/^ +/gm, '')
      const source = unindented(read(sourceOf(block) ?? ''))
      const parts = excerpts(block.text).map(unindented)
      expect(parts.filter((part) => !source.includes(part))).toEqual([])
    },
  )

  it.each(programs.filter(endsByItself))(
    '$document, $place: prints what it says',
    async (program) => {
      const environment = { FAIRLEAD_API_KEY: fairlead.endpoints.apiKey }
      const printed = (await files.run(program, environment)).trimEnd().split('\n')
      const promised = promisedOutput(program.text)
      expect(printed.filter((line) => promised.includes(line))).toEqual(promised)
    },
    60_000,
  )
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

  it('lists exactly the flags of what serves', async ({ signal }) => {
    const [help = ''] = await runSession(['npm run --silent fairlead -- --help'], {
      directory: root,
      environment: process.env,
      signal,
    })
    const flagsIn = (each: string) => [...new Set(each.match(/--(?!help)[a-z][a-z-]+/g))].toSorted()
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

  it('names every package', () => {
    const packages = filesMatching('packages/*/package.json').map(dirname)
    expect(packages.filter((each) => !text.includes(`**\`${each}\`**`))).toEqual([])
  })

  it.each(['The life of a call', 'The life of a change'])('%s names no file twice', (heading) => {
    const walk = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
    const files = [...walk.matchAll(/^\| `([^`]+)`/gm)].map(([, file = '']) => `packages/${file}`)
    expect(files.length).toBeGreaterThan(20)
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
    expect(files.filter((file, index) => files.indexOf(file) !== index)).toEqual([])
  })
})

describe('what the documents say of the repository', () => {
  const contributing = ['ARCHITECTURE.md', 'CONTRIBUTING.md', ...filesMatching('docs/decisions/*')]

  it.each(contributing)('%s names only files that exist', (path) => {
    const named = [...read(path).matchAll(/`((?:[\w-]+\/)+[\w.-]*)`/g)]
      .map(([, each = '']) => each)
      .filter((each) => /^(?:packages|test|tools|bench|docs|examples|changes)\//.test(each))
    expect(named.filter((each) => !existsSync(join(root, each)))).toEqual([])
  })

  it('the index of decisions lists every record', () => {
    const index = read('docs/decisions/README.md')
    const records = filesMatching('docs/decisions/*.md').map((path) => basename(path))
    expect(records.filter((name) => name !== 'README.md' && !index.includes(`](${name})`))).toEqual(
      [],
    )
  })

  it('docs/errors.md shows the error that an unknown model gets', async () => {
    const { gateway, apiKey } = fairlead.endpoints
    const response = await fetch(`${gateway}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-9', messages: [{ role: 'user', content: 'Hello' }] }),
    })
    const [shown = ''] = blocksOf(read('docs/errors.md'), 'json')
    expect(await response.json()).toEqual(JSON.parse(shown))
  })

  it('docs/conversations.md names only codes of docs/errors.md', () => {
    const errors = read('docs/errors.md')
    const rows = read('docs/conversations.md').match(/^\| [45]\d\d .*$/gm) ?? []
    const codes = rows.flatMap((row) => row.match(/`[a-z_]+`/g) ?? [])
    expect(codes.length).toBeGreaterThan(5)
    expect(codes.filter((code) => !errors.includes(`| ${code}`))).toEqual([])
  })
})

/**
 * A program of a document, with the default address replaced by that of the Fairlead running here.
 */
function atRunningFairlead(program: DocumentProgram): DocumentProgram {
  const { gateway } = fairlead.endpoints
  return { ...program, text: program.text.replaceAll('http://127.0.0.1:8080', gateway) }
}

/** The files of a document that has the reader write a project, by their names. */
function projectIn(markdown: string): Map<string, string> {
  const files = blocksOf(markdown, 'ts').flatMap((text): [string, string][] => {
    const name = fileNameOf(text)
    return name?.startsWith('src/') || name?.startsWith('test/') ? [[name, `${text}\n`]] : []
  })
  return new Map(files.length === 0 ? [] : [...files, ['package.json', '{"type":"module"}']])
}

/**
 * Runs commands in a directory that looks like the repository after `npm start`, or like a project
 * whose dependencies are installed.
 */
async function expectSession(
  commands: ReturnType<typeof consoleCommands>,
  signal: AbortSignal,
  project: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'fairlead-session-'))
  try {
    if (project.size === 0) {
      symlinkSync(dirname(fairlead.endpoints.kubeconfig), join(directory, '.fairlead'))
      symlinkSync(join(root, 'examples'), join(directory, 'examples'))
    }
    for (const [name, text] of project) {
      mkdirSync(dirname(join(directory, name)), { recursive: true })
      writeFileSync(join(directory, name), text)
    }
    if (project.size > 0) symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
    const node = dirname(process.execPath)
    const PATH = [installedIn(directory), node, process.env['PATH']].join(delimiter)
    const NODE_OPTIONS = project.size > 0 ? '--conditions=source' : ''
    const printed = await runSession(
      commands.map(({ command }) =>
        command
          .replaceAll('http://127.0.0.1:8080', fairlead.endpoints.gateway)
          .replaceAll('http://127.0.0.1:9464', fairlead.endpoints.admin),
      ),
      {
        directory,
        environment: { PATH, NODE_OPTIONS, HOME: directory, ...compileCache() },
        signal,
        changesGateway: project.size === 0,
      },
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

/** A folder with the command `fairlead`, as an installed package has it. */
function installedIn(directory: string): string {
  const folder = join(directory, 'bin')
  const main = join(root, 'packages/cli/src/main.ts')
  const program = `#!/bin/sh\nexec '${process.execPath}' --conditions=source '${main}' "$@"\n`
  mkdirSync(folder)
  writeFileSync(join(folder, 'fairlead'), program, { mode: 0o755 })
  return folder
}

/** Path and text of every fenced block of a language, in all documents. */
function snippets(language: string): [path: string, text: string][] {
  return documents.flatMap((path) =>
    blocksOf(read(path), language).map((text): [string, string] => [path, text]),
  )
}

function namespacesIn(manifest: string): string[] {
  return [...manifest.matchAll(/\bnamespace: ([a-z0-9-]+)/g)].map((match) => match[1] ?? '')
}

/** Label names of each metric; undefined while it has no sample. Every histogram has `le`. */
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

/** Table rows: name in backticks, type, labels in backticks, meaning. */
function documentedMetrics(text: string): Map<string, string[]> {
  const rows = text.matchAll(/^\| `([a-z_]+)` +\| (?:counter|gauge|histogram) +\|([^|]*)\|/gm)
  return new Map(
    [...rows].map(([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? '').toSorted(),
    ]),
  )
}
