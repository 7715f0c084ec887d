import { isTest } from '../places.ts'
import type { Alternatives, Finding, Rule } from '../rule.ts'
import type { SourceFile } from '../source-file.ts'
import type { SourceTree } from '../source-tree.ts'

/**
 * Alternatives of one kind do not depend on each other. Each may import their shared contract; only
 * the list may import them, and none of them imports the list.
 */
export const alternativesApart: Rule = {
  name: 'alternatives',
  check(tree, { alternatives }) {
    return alternatives.flatMap((group) => [
      ...missingParts(tree, group),
      ...tree.modules
        .filter(({ path }) => path.startsWith(`${group.folder}/`) && !isTest(path))
        .flatMap((file) => wrongImports(tree, file, group)),
    ])
  },
}

function wrongImports(tree: SourceTree, file: SourceFile, group: Alternatives): readonly Finding[] {
  const own = childOf(group, file.path)
  if (group.list.includes(own)) return []
  return tree.relativeImports(file).flatMap(({ path }) => {
    if (!path.startsWith(`${group.folder}/`) || isTest(path)) return []
    const target = childOf(group, path)
    if (target === own || group.contract.includes(target)) return []
    const fault = group.list.includes(target)
      ? `the list that names it: what it needs of it belongs into the contract (${contractOf(group)})`
      : group.contract.includes(own)
        ? `an alternative, but is part of their contract: only a list may import alternatives`
        : `its sibling: move what both need into the contract (${contractOf(group)}) or below the folder`
    return { path: file.path, message: `imports ${path}, ${fault}` }
  })
}

function missingParts(tree: SourceTree, group: Alternatives): readonly Finding[] {
  return [group.folder, ...partsOf(group)]
    .filter((path) => !tree.has(path))
    .map((path) => ({
      path,
      message: 'is named among the alternatives and does not exist: fix tools/tidy/architecture.ts',
    }))
}

function partsOf({ folder, contract, list }: Alternatives): readonly string[] {
  return [...contract, ...list].map((each) => `${folder}/${each}`)
}

function contractOf({ contract }: Alternatives): string {
  return contract.join(', ') || 'there is none yet'
}

/** The alternative's file or folder, directly inside the group's folder. */
function childOf({ folder }: Alternatives, path: string): string {
  return path.slice(folder.length + 1).split('/')[0] ?? ''
}
