import { ambientUses } from '../ambient-uses.ts'
import { excuse } from '../exceptions.ts'
import { isTest, isTesting } from '../places.ts'
import type { Rule } from '../rule.ts'

/** Tests do not sleep: they wait for a condition, or advance a fake clock. */
export const noSleep: Rule = {
  name: 'no-sleep',
  check(tree, { testTimers }) {
    const tests = tree.modules.filter(({ path }) => isTest(path) || isTesting(path))
    const waits = tests.flatMap((file) => [
      ...ambientUses(file.program)
        .filter(({ what }) => what === 'setTimeout' || what === 'setInterval')
        .map(({ what, offset }) => ({
          key: file.path,
          path: file.path,
          line: file.lineAt(offset),
          message: `sets a timer with ${what}: wait for the condition, or move a fake clock`,
        })),
      ...file.imports
        .filter(({ name }) => /^(?:node:)?timers(?:\/promises)?$/.test(name))
        .map(({ name }) => ({
          key: file.path,
          path: file.path,
          message: `imports ${name}: wait for the condition, or move a fake clock`,
        })),
    ])
    return excuse(waits, testTimers)
  },
}
