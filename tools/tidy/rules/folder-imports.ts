import { isTest, packageOf, pathInSources } from '../places.ts'
import type { Finding, PackagePlan, Rule } from '../rule.ts'
import type { SourceFile } from '../source-file.ts'
import type { SourceTree } from '../source-tree.ts'

/** Within a package, folders and root files only import what is lower in its list of layers. */
export const folderImports: Rule = {
  name: 'folder-imports',
  check(tree, { packages }) {
    const sources = tree.modules.filter(
      ({ path }) => pathInSources(path) !== undefined && !isTest(path),
    )
    return [
      ...sources.flatMap((file) => {
        const plan = packages[packageOf(file.path) ?? '']
        return plan === undefined ? [] : wrongImports(tree, file, plan)
      }),
      ...Object.entries(packages).flatMap(([name, plan]) => emptyLayers(tree, name, plan)),
      ...mutualFolders(tree, sources),
    ]
  },
}

function wrongImports(
  tree: SourceTree,
  file: SourceFile,
  { layers }: PackagePlan,
): readonly Finding[] {
  const layer = layerOf(file.path, layers)
  if (!layers.includes(layer)) {
    const message = `is in no layer: name ${layer} in the layers of its package in tools/tidy/architecture.ts`
    return [{ path: file.path, message }]
  }
  return tree.relativeImports(file).flatMap(({ path }) => {
    if (isTest(path))
      return { path: file.path, message: `imports ${path}, which is for tests only` }
    const target = layerOf(path, layers)
    if (target === layer || layers.indexOf(target) < layers.indexOf(layer)) return []
    const message = `imports ${path}, but ${layer} stands below ${target}: move what both need into a lower folder, or pass it in`
    return { path: file.path, message }
  })
}

/** The first path segment below `src/`, as in the list of layers. */
function layerOf(path: string, layers: readonly string[]): string {
  const [first = '', ...rest] = (pathInSources(path) ?? '').split('/')
  return rest.length > 0 || layers.includes(first) || !layers.includes('*.ts') ? first : '*.ts'
}

function emptyLayers(tree: SourceTree, name: string, { layers }: PackagePlan): readonly Finding[] {
  if (!tree.packages.includes(name)) return []
  return layers
    .filter((layer) => layer !== '*.ts' && !tree.has(`packages/${name}/src/${layer}`))
    .map((layer) => ({
      path: `packages/${name}/src/${layer}`,
      message: `is a layer of ${name} and does not exist: remove it from tools/tidy/architecture.ts`,
    }))
}

/** Folders at any depth that import each other. A folder and one inside it may. */
function mutualFolders(tree: SourceTree, sources: readonly SourceFile[]): readonly Finding[] {
  const edges = new Map<string, { file: SourceFile; from: string; to: string }>()
  for (const file of sources) {
    for (const target of tree.relativeImports(file)) {
      for (const [from, to] of folderPairs(file.path, target.path)) {
        edges.set(`${from} ${to}`, { file, from, to })
      }
    }
  }
  return [...edges.values()]
    .filter(({ from, to }) => edges.has(`${to} ${from}`))
    .map(({ file, from, to }) => ({
      path: file.path,
      message: `imports from ${to}, and ${to} imports from ${from}: make one of the two the lower`,
    }))
}

/** Pairs of the folders around one file and those around the other, without common ones. */
function folderPairs(from: string, to: string): readonly (readonly [string, string])[] {
  const around = (path: string) => {
    const parts = path.split('/').slice(0, -1)
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  }
  const above = around(from).filter((folder) => !contains(folder, to))
  const below = around(to).filter((folder) => !contains(folder, from))
  return above.flatMap((one) => below.map((other) => [one, other] as const))
}

function contains(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`)
}
