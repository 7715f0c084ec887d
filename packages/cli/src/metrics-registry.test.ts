import { expect, it } from 'vitest'
import { newMetricsRegistry } from './metrics-registry.ts'
import { programVersion } from './program-version.ts'

it('tells version, dropped log lines and uncaught errors', async () => {
  const log = { droppedLines: 0 }
  const uncaughtErrors = { count: 0 }
  const registry = newMetricsRegistry({ log, uncaughtErrors })
  expect(await registry.metrics()).toContain(
    `fairlead_build_info{version="${programVersion()}",node="${process.versions.node}"} 1`,
  )
  expect(await registry.metrics()).toContain('fairlead_log_lines_dropped_total 0\n')
  log.droppedLines = 7
  uncaughtErrors.count = 3
  expect(await registry.metrics()).toContain('fairlead_log_lines_dropped_total 7\n')
  expect(await registry.metrics()).toContain('fairlead_uncaught_errors_total 3\n')
})
