import type { Rule } from '../rule.ts'

/** Entry points: programs, also those that others start by path, tests and published entries. */
const entry =
  /\/(?:index|main|testing)\.ts$|\/generate-[a-z-]+\.ts$|\.(?:test|program)\.ts$|^(?:tools|bench|soak)\/[a-z\d-]+\.m?[jt]s$|^[a-z.]+\.ts$|^examples\//

/** Every module is used: it is reachable from a program, a test or a published entry. */
export const reachable: Rule = {
  name: 'reachable',
  check(tree) {
    const reached = tree.reachableFrom(tree.modules.filter(({ path }) => entry.test(path)))
    return tree.modules
      .filter((file) => !reached.has(file))
      .map(({ path }) => ({
        path,
        message: 'is not reachable from any program, test or entry: use it or delete it',
      }))
  },
}
