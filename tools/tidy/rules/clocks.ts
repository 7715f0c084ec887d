import { ambientUses, type Ambience } from '../ambient-uses.ts'
import { excuse } from '../exceptions.ts'
import { isBelow, isTest, pathInSources } from '../places.ts'
import type { Rule } from '../rule.ts'

const injected: ReadonlySet<Ambience> = new Set<Ambience>(['time', 'timer', 'random'])

/** Time and randomness are injected: packages read no global clock and set no timer. */
export const clocks: Rule = {
  name: 'clocks',
  check(tree, { clocks: holders, pure }) {
    const sources = tree.modules.filter(
      ({ path }) => pathInSources(path) !== undefined && !isTest(path) && !isBelow(path, pure),
    )
    const uses = sources.flatMap((file) => [
      ...ambientUses(file.program)
        .filter(({ ambience }) => injected.has(ambience))
        .map(({ what, offset }) => ({
          key: file.path,
          path: file.path,
          line: file.lineAt(offset),
          message: `uses ${what}: take a Clock of @fairlead/base, or a random source, as a parameter`,
        })),
      ...file.imports
        .filter(({ name }) => /^(?:node:)?timers(?:\/promises)?$/.test(name))
        .map(({ name }) => ({
          key: file.path,
          path: file.path,
          message: `imports ${name}: take a Clock of @fairlead/base as a parameter`,
        })),
    ])
    return excuse(uses, holders)
  },
}
