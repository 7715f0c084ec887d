import { excuse } from '../exceptions.ts'
import { isPublishedEntry, isTest, isTesting, pathInSources } from '../places.ts'
import type { Rule } from '../rule.ts'
import type { SourceFile } from '../source-file.ts'
import type { SourceTree } from '../source-tree.ts'
import { walk } from '../syntax.ts'

/**
 * What is exported is imported somewhere. A name that only tests import must be of use in its own
 * file: nothing is kept alive by its test alone. A type in the annotation of an exported constant may
 * be exported too: the declarations of what is made from that constant have to name it.
 */
export const unusedExports: Rule = {
  name: 'unused-exports',
  check(tree, architecture) {
    const users = usersOfExports(tree)
    const sources = tree.modules.filter(
      ({ path }) => !isPublishedEntry(path) && !isStartedByTool(path),
    )
    const found = sources.flatMap((file) =>
      file.exports.flatMap((name) => {
        const fault = faultOf(file, name, users.get(`${file.path}#${name}`) ?? new Set())
        if (fault === undefined) return []
        return {
          key: `${file.path}#${name}`,
          path: file.path,
          message: `exports ${name}, ${fault}`,
        }
      }),
    )
    return excuse(found, architecture.unusedExports)
  },
}

/** Tests, and configuration of tools, whose default export a tool reads. */
function isStartedByTool(path: string): boolean {
  return path.endsWith('.test.ts') || /^[a-z.]+\.ts$/.test(path)
}

function faultOf(file: SourceFile, name: string, users: ReadonlySet<string>): string | undefined {
  if (users.size === 0 && isInAnnotation(file, name)) return undefined
  if (users.size === 0) return 'which no file imports: keep it to itself, or remove it'
  const { path } = file
  const isShipped = pathInSources(path) !== undefined && !isTest(path) && !isTesting(path)
  if (isShipped && [...users].every(isTest) && !isUsedWithin(file, name)) {
    return 'which only tests import: remove it, or move it into test-support'
  }
  return undefined
}

/** Whether the type of an exported constant, as it is annotated, mentions the name. */
function isInAnnotation(file: SourceFile, name: string): boolean {
  let isMentioned = false
  for (const statement of file.program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue
    if (statement.declaration?.type !== 'VariableDeclaration') continue
    for (const { id } of statement.declaration.declarations) {
      const annotation = 'typeAnnotation' in id ? id.typeAnnotation : undefined
      if (!annotation) continue
      walk(annotation, (node) => {
        if (node.type === 'Identifier' && node.name === name) isMentioned = true
      })
    }
  }
  return isMentioned
}

/** Whether the file names it again after declaring it. */
function isUsedWithin(file: SourceFile, name: string): boolean {
  let mentions = 0
  walk(file.program, (node) => {
    if (node.type === 'Identifier' && node.name === name) mentions += 1
  })
  return mentions > 1
}

/** The files that import each export, by `path#name`. */
function usersOfExports(tree: SourceTree): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>()
  for (const file of tree.modules) {
    for (const { name, taken } of file.imports.filter((each) => each.name.startsWith('.'))) {
      const target = tree.at(file.resolve(name))
      const names = taken === 'all' ? (target?.exports ?? []) : taken
      for (const each of names) {
        const key = `${target?.path}#${each}`
        users.set(key, (users.get(key) ?? new Set()).add(file.path))
      }
    }
  }
  return users
}
