import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest, on a quiet machine 20 to 90 s. */
const longest = [
  'test/operators-bad-days.test.ts',
  'test/rolling-update.test.ts',
  'test/documents.test.ts',
  'test/fault-laboratory/faults.test.ts',
  'test/start.test.ts',
  'test/conversations/sessions.test.ts',
  'test/usage-thresholds.test.ts',
  'test/usage-limits.test.ts',
  'test/usage-and-keys.test.ts',
  'test/shared-state.test.ts',
  'test/usage-chaos.test.ts',
  'examples/database-cluster/test/life-cycle.test.ts',
]

/**
 * Long files first, then all others that drive programs, so that at the end no worker is alone with
 * a long one: Vitest knows how long files take only where it has run them before.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is Vitest's, which sorts a copy
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  const rank = longest.findIndex((path) => moduleId.endsWith(`/${path}`))
  if (rank !== -1) return rank
  return longest.length + (project.name === 'driving programs' ? 0 : 1)
}
