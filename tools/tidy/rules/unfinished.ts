import type { Rule } from '../rule.ts'

// Written so that this file itself has none.
const mark = /\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b/
const skipped = /\b(?:it|test|describe)\.(?:only|skip|todo)\(/

/** Nothing is left for later: no marks of unfinished work, no test that does not run. */
export const unfinished: Rule = {
  name: 'unfinished',
  check(tree) {
    return tree.modules.flatMap(({ path, text }) => {
      if (mark.test(text)) return { path, message: `says ${mark.exec(text)?.[0]}: finish it` }
      if (skipped.test(text)) return { path, message: 'has a test that keeps others from running' }
      return []
    })
  },
}
