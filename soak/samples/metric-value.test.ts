import { expect, it } from 'vitest'
import { metricValue } from './metric-value.ts'

const text = `# HELP lag Lag.
lag{quantile="0.5"} 0.001
lag{quantile="0.99"} 0.25
lag_count 7
resources_total 3
calls{type="a"} 1
calls{type="b"} 2
`

it.each([
  ['resources_total', '', 3],
  ['calls', '', 3],
  ['lag', 'quantile="0.99"', 0.25],
  ['lag', 'quantile="1"', 0],
  ['nothing', '', 0],
])('%s with %j is %d', (metric, label, value) => {
  expect(metricValue(text, metric, label)).toBe(value)
})
