import { ambientUses } from '../ambient-uses.ts'
import { excuse, type Excusable } from '../exceptions.ts'
import { isBelow, isTest } from '../places.ts'
import type { Rule } from '../rule.ts'
import type { SourceFile } from '../source-file.ts'

/** Node.js modules that only compute, and their exports that do more than that. */
const pureModules = ['node:buffer', 'node:crypto', 'node:util']
const impureNames = ['randomBytes', 'randomFill', 'randomInt', 'randomUUID', 'getRandomValues']

/** Pure folders only compute: no I/O, clock, randomness or timers. */
export const purity: Rule = {
  name: 'purity',
  check(tree, { pure, impure }) {
    const sources = tree.modules.filter(({ path }) => isBelow(path, pure) && !isTest(path))
    return excuse(
      sources.flatMap((file) => [...impureUses(file), ...impureImports(file)]),
      impure,
    )
  },
}

function impureUses(file: SourceFile): readonly Excusable[] {
  return ambientUses(file.program).map(({ what, offset }) => ({
    key: file.path,
    path: file.path,
    line: file.lineAt(offset),
    message: `uses ${what} in a pure folder: take it as a parameter, or do this at the edge`,
  }))
}

function impureImports(file: SourceFile): readonly Excusable[] {
  return file.imports
    .filter(({ name, typesOnly }) => name.startsWith('node:') && !typesOnly)
    .filter(
      ({ name, taken }) =>
        !pureModules.includes(name) ||
        taken === 'all' ||
        taken.some((each) => impureNames.includes(each)),
    )
    .map(({ name }) => ({
      key: file.path,
      path: file.path,
      message: `imports ${name} in a pure folder for what is not a computation: do this at the edge`,
    }))
}
