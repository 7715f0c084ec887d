import { isPublishedEntry, isPublishedProgram, packageOf } from '../places.ts'
import type { Finding, Rule } from '../rule.ts'
import type { SourceTree } from '../source-tree.ts'

interface Manifest {
  readonly version?: string
  readonly description?: string
  readonly license?: string
  readonly engines?: Readonly<Record<string, string>>
  readonly publishConfig?: Readonly<Record<string, string>>
  readonly files?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * A package has everything needed for publishing and declares exactly what its published sources
 * import.
 */
export const manifests: Rule = {
  name: 'manifests',
  check(tree) {
    return tree.packages.flatMap((name) => {
      const path = `packages/${name}/package.json`
      const manifest = JSON.parse(tree.at(path)?.text ?? '{}') as Manifest
      const messages = [
        ...missingFields(manifest),
        ...(tree.has(`packages/${name}/README.md`) ? [] : ['needs a README.md beside it']),
        ...wrongDependencies(tree, name, manifest),
      ]
      return [...messages.map((message) => ({ path, message })), ...openEntries(tree, name)]
    })
  },
}

function missingFields(manifest: Manifest): readonly string[] {
  const has: Readonly<Record<string, boolean>> = {
    'version, as in 1.2.3': /^\d+\.\d+\.\d+$/.test(manifest.version ?? ''),
    description: (manifest.description ?? '') !== '',
    'license Apache-2.0': manifest.license === 'Apache-2.0',
    'engines.node >=24': manifest.engines?.['node'] === '>=24',
    'publishConfig.access public': manifest.publishConfig?.['access'] === 'public',
    'dist in files': manifest.files?.includes('dist') === true,
  }
  return Object.keys(has)
    .filter((field) => !has[field])
    .map((field) => `needs ${field}`)
}

function wrongDependencies(
  tree: SourceTree,
  name: string,
  { dependencies = {} }: Manifest,
): readonly string[] {
  const entries = tree.modules.filter(
    ({ path }) => packageOf(path) === name && (isPublishedEntry(path) || isPublishedProgram(path)),
  )
  const imported = new Set(
    [...tree.reachableFrom(entries)]
      .flatMap((file) => file.imports.map((each) => each.name))
      .filter((each) => !each.startsWith('.') && !each.startsWith('node:'))
      .map((each) => each.split('/', each.startsWith('@') ? 2 : 1).join('/')),
  )
  const undeclared = [...imported].filter((each) => !Object.hasOwn(dependencies, each))
  const unused = Object.keys(dependencies).filter((each) => !imported.has(each))
  return [
    ...undeclared.map((each) => `does not declare ${each}, which its sources import: declare it`),
    ...unused.map((each) => `declares ${each}, which its sources import nowhere: remove it`),
  ]
}

/** An entry exports names one by one, and none of another package. */
function openEntries(tree: SourceTree, name: string): readonly Finding[] {
  return tree.modules
    .filter(({ path }) => packageOf(path) === name && isPublishedEntry(path))
    .flatMap((file) =>
      file.program.body.flatMap((node) => {
        const from =
          node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration'
            ? node.source?.value
            : undefined
        if (from === undefined) return []
        const line = file.lineAt(node.start)
        if (node.type === 'ExportAllDeclaration') {
          return {
            path: file.path,
            line,
            message: 'exports everything of a module: name each export',
          }
        }
        if (from.startsWith('.')) return []
        return {
          path: file.path,
          line,
          message: `re-exports ${from}: let users import it themselves`,
        }
      }),
    )
}
