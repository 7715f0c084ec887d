import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesMatching, readSource, resolveImport, root, type SourceFile } from './source-tree.ts'

/** Who may import whom: the whole architecture in one table. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'kube-core': [],
  'controller-runtime': ['kube-core'],
  apiserver: ['kube-core'],
  llm: [],
  context: ['llm'],
  api: ['kube-core'],
  config: ['api', 'kube-core'],
  gateway: ['config', 'llm', 'context'],
  operator: ['controller-runtime', 'api', 'config', 'kube-core'],
  cli: [
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

describe('files', () => {
  it('are all reachable from an entry', () => {
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
    allFiles
      .filter((file) => entryPattern.test(file.path) || isProgram(file))
      .forEach((file) => visit(file))
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

  it('give each dependency its reason', () => {
    const reasons = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
    const wrong = ['package.json', ...filesMatching('packages/*/package.json')].flatMap((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
      return Object.keys({
        ...manifest.dependencies,
        ...manifest.devDependencies,
        ...manifest.optionalDependencies,
      })
        .filter((name) => !name.startsWith('@fairlead/'))
        .filter((name) => !reasons.includes(`\`${name}\``))
        .map((name) => `${path}: ${name}`)
    })
    expect(wrong).toEqual([])
  })
})

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
