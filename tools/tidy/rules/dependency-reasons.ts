import type { Rule } from '../rule.ts'

const reasonsPath = 'docs/dependencies.md'

interface Manifest {
  readonly dependencies?: object
  readonly devDependencies?: object
  readonly optionalDependencies?: object
}

/** Every third-party dependency has its reason in one table, and the table lists no other. */
export const dependencyReasons: Rule = {
  name: 'dependency-reasons',
  check(tree) {
    const table = tree.at(reasonsPath)?.text ?? ''
    const explained = [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '')
    const declared = tree.files
      .filter(({ path }) => /(?:^|\/)package\.json$/.test(path))
      .flatMap(({ text }) => {
        const manifest = JSON.parse(text) as Manifest
        return Object.keys({
          ...manifest.dependencies,
          ...manifest.devDependencies,
          ...manifest.optionalDependencies,
        })
      })
    const outside = new Set(declared.filter((name) => !name.startsWith('@fairlead/')))
    const unexplained = [...outside].filter((name) => !explained.includes(name))
    const gone = explained.filter((name) => !outside.has(name))
    return [
      ...unexplained.map((name) => `gives no reason for ${name}: add a row, or do without it`),
      ...gone.map((name) => `explains ${name}, which is not a dependency: remove the row`),
    ].map((message) => ({ path: reasonsPath, message }))
  },
}
