import { expect, it } from 'vitest'

import { otherRequest, RequestMetrics, type RequestLabels } from './request-metrics.ts'

const lists: RequestLabels = {
  ...otherRequest,
  verb: 'LIST',
  version: 'v1',
  resource: 'pods',
  scope: 'cluster',
}

it('counts and times requests by their labels', () => {
  const metrics = new RequestMetrics()
  metrics.answered(lists, 200, 0.03)
  metrics.answered(lists, 200, 0.5)
  metrics.answered(lists, 410, 100)
  const labels = 'verb="LIST",dry_run="",group="",version="v1",resource="pods",subresource="",'
  const place = 'scope="cluster",component="apiserver"'
  const lines = metrics.expose().split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE apiserver_request_total counter',
      `apiserver_request_total{${labels}${place},code="200"} 2`,
      `apiserver_request_total{${labels}${place},code="410"} 1`,
      `apiserver_request_duration_seconds_bucket{${labels}${place},le="0.025"} 0`,
      `apiserver_request_duration_seconds_bucket{${labels}${place},le="0.05"} 1`,
      `apiserver_request_duration_seconds_bucket{${labels}${place},le="60"} 2`,
      `apiserver_request_duration_seconds_bucket{${labels}${place},le="+Inf"} 3`,
      `apiserver_request_duration_seconds_count{${labels}${place}} 3`,
    ]),
  )
})

it('shows how many watches run', () => {
  const metrics = new RequestMetrics()
  const watches = { ...lists, verb: 'WATCH' }
  const ends = [metrics.runs(watches), metrics.runs(watches)]
  expect(metrics.expose()).toMatch(/^apiserver_longrunning_requests\{verb="WATCH",.*\} 2$/m)
  for (const end of ends) end()
  expect(metrics.expose()).toMatch(/^apiserver_longrunning_requests\{verb="WATCH",.*\} 0$/m)
})

it('has a bound of series, and counts what is beyond it together', () => {
  const metrics = new RequestMetrics()
  for (let index = 0; index < 1_500; index++) {
    metrics.answered({ ...lists, resource: `kind-${index}` }, 200, 0)
  }
  const lines = metrics
    .expose()
    .split('\n')
    .filter((line) => line.startsWith('apiserver_request_total'))
  expect(lines).toHaveLength(1_001)
  expect(lines.at(-1)).toMatch(/verb="other".*\} 500$/)
})
