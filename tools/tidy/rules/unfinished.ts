import type { Rule } from '../rule.ts'

// Written so that this file does not match itself.
const mark = /\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b/
const skipped = /\b(?:it|test|describe)\.(?:only|skip|todo)\(/

/** Nothing is left unfinished: no markers of open work, no tests that do not run. */
export const unfinished: Rule = {
  name: 'unfinished',
  check(tree) {
    return tree.modules.flatMap(({ path, text }) => {
      if (mark.test(text)) return { path, message: `says ${mark.exec(text)?.[0]}: finish it` }
      if (skipped.test(text))
        return { path, message: 'has a test that is skipped or keeps others from running' }
      return []
    })
  },
}
