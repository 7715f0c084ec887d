import type { Rule } from '../rule.ts'

const marks = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK']
const mark = new RegExp(`\\b(?:${marks.join('|')})\\b`)
const skipped = new RegExp(
  `\\b(?:it|test|describe)\\.(?:${['on' + 'ly', 'sk' + 'ip', 'to' + 'do'].join('|')})\\(`,
)

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
