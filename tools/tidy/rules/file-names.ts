import type { Rule } from '../rule.ts'

const kebabCase = /^(?:[a-z0-9.-]+\/)*[a-z0-9.-]+$/
const vague = /(?:^|[/-])(?:utils?|helpers?|misc|common|stuff)(?:\.m?[jt]s$|\/)/

/** Files have kebab-case names that say what they contain. */
export const fileNames: Rule = {
  name: 'file-names',
  check(tree) {
    return tree.modules.flatMap(({ path }) => {
      if (!kebabCase.test(path)) return { path, message: 'is not named in kebab case: rename it' }
      if (vague.test(path))
        return {
          path,
          message: 'has a name that does not say what it contains: name it for one thing',
        }
      return []
    })
  },
}
