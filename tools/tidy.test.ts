import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesMatching, readSource, resolveImport, root, type SourceFile } from './source-tree.ts'

/** Who may import whom: the whole architecture in one table. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  snapshot: [],
  'kube-core': ['base'],
  'controller-runtime': ['base', 'kube-core'],
  apiserver: ['base', 'kube-core'],
  llm: ['base'],
  context: ['base', 'llm'],
  api: ['base', 'kube-core'],
  config: ['base', 'snapshot', 'api', 'kube-core'],
  gateway: ['base', 'snapshot', 'llm', 'context'],
  operator: ['base', 'snapshot', 'controller-runtime', 'api', 'config', 'kube-core'],
  cli: [
    'base',
    'snapshot',
    'api',
    'apiserver',
    'config',
    'context',
    'controller-runtime',
    'gateway',
    'kube-core',
    'llm',
    'operator',
  ],
}

/** Packages that do no I/O: values in, values out. */
const pure = ['kube-core', 'llm', 'config']
const pureModules = ['node:crypto', 'node:util', 'node:buffer']

/** Folders whose children are alternatives of one kind and must not know each other. */
const siblingFolders = [
  'packages/cli/src/commands',
  'packages/context/src/stores',
  'packages/context/src/strategies',
]

/** Where a program or a published entry begins; everything else must be reachable from there. */
const entryPattern = /\/(?:index|main|testing)\.ts$|\/generate-[a-z-]+\.ts$|\.(?:test|bench)\.ts$/

/** What `exports` and `bin` of a package name. */
const publishedEntry = /\/src\/(?:index|main|testing)\.ts$/

const packageFiles = filesMatching('packages/*/src/**/*.ts').map(readSource)
const otherFiles = filesMatching('{tools,bench,test}/**/*.ts').map(readSource)
const allFiles = [...packageFiles, ...otherFiles]
const isTest = (file: SourceFile) => /\.test\.ts$|\/(?:fixtures|test-support)\//.test(file.path)
const packageOf = (path: string) => path.split('/')[1] ?? ''

describe('the import table', () => {
  it('names every package', () => {
    const present = filesMatching('packages/*/package.json').map(packageOf)
    expect(present).toEqual(Object.keys(mayImport).toSorted())
  })

  it('is kept: imports go down only', () => {
    const wrong = packageFiles.flatMap((file) =>
      file.imports
        .filter((name) => name.startsWith('@fairlead/') || name === 'fairlead')
        .map((name) => name.split('/')[1] ?? 'cli')
        .filter((name) => !mayImport[packageOf(file.path)]?.includes(name))
        .map((name) => `${file.path} imports ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('is kept by relative imports too: none leaves its package', () => {
    const wrong = packageFiles.flatMap((file) =>
      file.imports
        .filter((name) => name.startsWith('.'))
        .filter((name) => !resolveImport(file.path, name).startsWith(sourceRoot(file.path)))
        .map((name) => `${file.path} imports ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('keeps siblings apart', () => {
    const wrong = packageFiles.flatMap((file) => {
      const parent = siblingFolders.find((folder) => file.path.startsWith(`${folder}/`))
      if (parent === undefined || isTest(file)) return []
      const room = roomBelow(parent, file.path)
      return file.imports
        .filter((name) => name.startsWith('.'))
        .map((name) => resolveImport(file.path, name))
        .filter((target) => target.startsWith(`${parent}/`) && isRoom(parent, target))
        .filter((target) => isRoom(parent, file.path) && roomBelow(parent, target) !== room)
        .map((target) => `${file.path} imports its sibling ${target}`)
    })
    expect(wrong).toEqual([])
  })
})

describe('pure packages', () => {
  it('import nothing of Node that does I/O', () => {
    const wrong = packageFiles
      .filter((file) => pure.includes(packageOf(file.path)) && !isTest(file))
      .flatMap((file) =>
        file.imports
          .filter((name) => name.startsWith('node:') && !pureModules.includes(name))
          .map((name) => `${file.path} imports ${name}`),
      )
    expect(wrong).toEqual([])
  })
})

describe('the data plane', () => {
  it('imports nothing of Kubernetes, not even a type', () => {
    const words = /@kubernetes|kube-core|controller-runtime|apiserver|@fairlead\/api'/
    const wrong = packageFiles
      .filter((file) => ['gateway', 'llm', 'context'].includes(packageOf(file.path)))
      .filter((file) => words.test(importLines(file.text)))
    expect(wrong.map((file) => file.path)).toEqual([])
  })
})

describe('packages', () => {
  it.each(Object.keys(mayImport))('%s has what a published package needs', (name) => {
    const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')
    const manifest = JSON.parse(text) as Manifest
    expect(manifest).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      description: expect.any(String),
      license: 'Apache-2.0',
      engines: { node: '>=24' },
      publishConfig: { access: 'public' },
      files: expect.arrayContaining(['dist']),
    })
    expect(existsSync(join(root, 'packages', name, 'README.md'))).toBe(true)
  })

  it('declare exactly what their sources import', () => {
    const wrong = Object.keys(mayImport).flatMap((name) => {
      const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')
      const { dependencies = {} } = JSON.parse(text) as Manifest
      const entries = packageFiles.filter(
        (file) => packageOf(file.path) === name && publishedEntry.test(file.path),
      )
      const reached = reachableFrom(entries)
      const published = packageFiles.filter((file) => reached.has(file.path))
      const imported = new Set(
        published
          .flatMap((file) => file.imports)
          .filter((each) => !each.startsWith('.') && !each.startsWith('node:'))
          .map((each) => each.split('/', each.startsWith('@') ? 2 : 1).join('/')),
      )
      const undeclared = [...imported].filter((each) => !Object.hasOwn(dependencies, each))
      const unused = Object.keys(dependencies).filter((each) => !imported.has(each))
      return [
        ...undeclared.map((each) => `${name} imports ${each} without declaring it`),
        ...unused.map((each) => `${name} declares ${each} and imports it nowhere`),
      ]
    })
    expect(wrong).toEqual([])
  })

  it('give names one by one at their entry, and re-export no other package', () => {
    const wrong = packageFiles.filter(
      (file) =>
        publishedEntry.test(file.path) &&
        (/export \*/.test(file.text) || file.imports.some((name) => name.startsWith('@fairlead/'))),
    )
    expect(wrong.map((file) => file.path)).toEqual([])
  })
})

describe('files', () => {
  it('are named in kebab-case for what they hold', () => {
    const vague = /(?:^|[/-])(?:utils?|helpers?|misc|common|stuff)(?:\.ts$|\/)/
    const wrong = allFiles
      .map((file) => file.path)
      .filter((path) => !/^(?:[a-z0-9.-]+\/)*[a-z0-9.-]+\.ts$/.test(path) || vague.test(path))
    expect(wrong).toEqual([])
  })

  it('are all reachable from an entry', () => {
    const entries = allFiles.filter((file) => entryPattern.test(file.path) || isProgram(file))
    const reached = reachableFrom(entries)
    expect(allFiles.map((file) => file.path).filter((path) => !reached.has(path))).toEqual([])
  })

  it('have no marks of unfinished work', () => {
    const mark = new RegExp(
      `\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`,
    )
    const skipped = new RegExp(
      `\\b(?:it|test|describe)\\.(?:${['on' + 'ly', 'sk' + 'ip'].join('|')})\\(`,
    )
    const wrong = allFiles.filter((file) => mark.test(file.text) || skipped.test(file.text))
    expect(wrong.map((file) => file.path)).toEqual([])
  })
})

describe('documents', () => {
  const documents = filesMatching('**/*.md').filter((path) => !path.startsWith('.'))

  it('link only to files that exist', () => {
    const wrong = documents.flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      return [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => !existsSync(join(root, dirname(path), link)))
        .map((link) => `${path} links to ${link}`)
    })
    expect(wrong).toEqual([])
  })

  it('give each dependency its reason, and no reason for what is not one', () => {
    const reasons = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
    const explained = [...reasons.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '')
    const declared = ['package.json', ...filesMatching('packages/*/package.json')].flatMap(
      (path) => {
        const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
        return Object.keys({
          ...manifest.dependencies,
          ...manifest.devDependencies,
          ...manifest.optionalDependencies,
        })
      },
    )
    const outside = new Set(declared.filter((name) => !name.startsWith('@fairlead/')))
    expect(explained.toSorted()).toEqual([...outside].toSorted())
  })
})

/** The lines that import, whatever they import it for. */
function importLines(text: string): string {
  return [...text.matchAll(/from '[^']+'|import\('[^']+'\)/g)].map((match) => match[0]).join('\n')
}

/** The paths of these files and of all that they import, directly or not, within a package. */
function reachableFrom(entries: readonly SourceFile[]): ReadonlySet<string> {
  const byPath = new Map(allFiles.map((file) => [file.path, file]))
  const reached = new Set<string>()
  const visit = (file: SourceFile): void => {
    if (reached.has(file.path)) return
    reached.add(file.path)
    for (const name of file.imports.filter((each) => each.startsWith('.'))) {
      const target = byPath.get(resolveImport(file.path, name))
      if (target !== undefined) visit(target)
    }
  }
  for (const file of entries) visit(file)
  return reached
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** `packages/x/src/` of a file in it. */
function sourceRoot(path: string): string {
  return `${path.split('/').slice(0, 3).join('/')}/`
}

/** The first path segment below a folder. */
function roomBelow(parent: string, path: string): string {
  return path.slice(parent.length + 1).split('/')[0] ?? ''
}

/** Whether a file is inside a child folder or is a child itself, not the shared interface or suite. */
function isRoom(parent: string, path: string): boolean {
  const below = path.slice(parent.length + 1)
  return below.includes('/') || parent.endsWith('/commands')
}

/** Scripts that are run, not imported. */
function isProgram(file: SourceFile): boolean {
  return /^(?:tools|bench)\/[a-z-]+\.ts$/.test(file.path)
}
