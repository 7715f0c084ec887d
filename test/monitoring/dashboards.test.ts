import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runToEnd } from '../operators/run-to-end.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'
import { alertCases } from './alert-cases.ts'
import { inputSeries, labelNames, type Scrape } from './scraped-series.ts'
import { startWatchedFairlead } from './watched-fairlead.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(repository, 'charts/fairlead/dashboards')
const rulesFile = join(repository, 'charts/fairlead/files/alerts.yaml')
/** Several programs are started, by a machine that runs other tests. */
const timeoutMs = 180_000

interface GrafanaPanel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly datasource?: object
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
  readonly targets?: readonly {
    readonly refId: string
    readonly expr: string
    readonly legendFormat?: string
    readonly datasource: object
  }[]
}

interface GrafanaDashboard {
  readonly uid: string
  readonly schemaVersion: number
  readonly panels: readonly GrafanaPanel[]
  readonly templating: {
    readonly list: readonly {
      readonly name: string
      readonly type: string
      readonly definition?: string
    }[]
  }
}

const dashboards = readdirSync(folder).map(
  (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as GrafanaDashboard,
)

/**
 * Series of what does not happen here, as they are when it does. The process must have the metric;
 * labels are those of docs/operations.md.
 */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  // a listener with TLS
  fairlead_gateway_certificate_expiry_timestamp_seconds: [''],
  fairlead_gateway_tls_handshakes_total: ['outcome="Completed"'],
  // a store that fails
  fairlead_usage_refusals_total: ['policy="a/b",limit="c",reason="StoreUnavailable"'],
  // webhooks of the operator
  controller_runtime_webhook_requests_total: ['webhook="/validate",code="200"'],
  controller_runtime_webhook_latency_seconds_bucket: [
    'webhook="/validate",le="1"',
    'webhook="/validate",le="+Inf"',
  ],
  controller_runtime_webhook_requests_in_flight: ['webhook="/validate"'],
  controller_runtime_webhook_certificate_expiration_timestamp_seconds: ['certificate="serving"'],
  // an API server that fails
  rest_client_request_retries_total: ['code="500",verb="GET",host="h"'],
  informer_failing_seconds: ['name="pods"'],
}

describe('the dashboards', () => {
  it.each(dashboards)('$uid is what Grafana imports', ({ schemaVersion, panels, templating }) => {
    expect(schemaVersion).toBeGreaterThanOrEqual(36)
    const ids = panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' })
    for (const { type, datasource, gridPos, targets = [] } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      if (type === 'row') continue
      const variable = { type: 'prometheus', uid: '${datasource}' }
      expect(datasource).toEqual(variable)
      expect(targets.length).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
      for (const target of targets) expect(target.datasource).toEqual(variable)
    }
  })

  it.each(dashboards)('$uid has no panel upon another', ({ panels }) => {
    const taken = new Set<string>()
    for (const { gridPos, title } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), title).toBe(false)
          taken.add(`${x},${y}`)
        }
      }
    }
  })

  it.each(dashboards)('$uid uses the variables that it has', ({ panels, templating }) => {
    const known = new Set(templating.list.map(({ name }) => name))
    for (const { targets = [] } of panels) {
      for (const [, name = ''] of targets.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)])) {
        expect(name.startsWith('__') || known.has(name), name).toBe(true)
      }
    }
  })
})

describe('a Fairlead that everything has happened to', () => {
  const temporary = temporaryFolder()
  let first: ReadonlyMap<string, Scrape>
  let second: ReadonlyMap<string, Scrape>
  const names = new Set<string>()
  beforeAll(async () => {
    await using watched = await startWatchedFairlead()
    await watched.makeCalls()
    const settled = async () => {
      const scrapes = await watched.scrape()
      const series = [...scrapes.values()].flatMap((scrape) => scrape.series)
      const isThere = (name: string, label: string) =>
        series.some((each) => each.name === name && each.labels.includes(label))
      return (
        isThere('fairlead_trace_spans_dropped_total', 'reason') &&
        isThere('leader_election_master_status', 'fairlead-operator') &&
        isThere('fairlead_resource_conditions', '"False"') &&
        isThere('fairlead_gateway_mirrored_calls_total', 'outcome="Success"') &&
        scrapes
      )
    }
    first = await waitFor('what happens by itself', settled, 60_000)
    await watched.makeCalls()
    second = await watched.scrape()
    for (const scrape of second.values()) {
      for (const name of scrape.names) names.add(name)
    }
  }, timeoutMs)
  afterAll(() => temporary[Symbol.dispose]())

  /** Which of the expressions have no result ten minutes after the first values. */
  const withoutResult = async (expressions: readonly string[]) => {
    const scraped = [...second].flatMap(([job, scrape]) =>
      inputSeries(job, first.get(job) ?? scrape, scrape),
    )
    const imagined = Object.entries(elsewhere).flatMap(([name, all]) =>
      all.map((labels) => ({
        series: `${name}{${labels === '' ? '' : `${labels},`}job="operator",instance="elsewhere"}`,
        values: '1x4 2x5',
      })),
    )
    const tests = {
      interval: '1m',
      input_series: [...scraped, ...imagined],
      promql_expr_test: expressions.map((expr) => ({
        expr: `count(${expr}) > bool 0`,
        eval_time: '7m',
        exp_samples: [{ labels: '{}', value: 1 }],
      })),
    }
    const file = join(temporary.path, 'queries.json')
    writeFileSync(file, JSON.stringify({ rule_files: [rulesFile], tests: [tests] }))
    const promtool = process.env['PROMTOOL'] ?? 'promtool'
    const { code, printed } = await runToEnd(promtool, ['test', 'rules', file])
    const failed = [...printed.matchAll(/expr: ("(?:[^"\\]|\\.)*")/g)].map(([, expr = '']) => expr)
    return code === 0
      ? []
      : failed.length > 0
        ? failed.map((expr) => String(JSON.parse(expr)))
        : [printed]
  }

  it('is asked nothing in vain by any panel', { timeout: timeoutMs }, async () => {
    const expressions = dashboards.flatMap(({ panels }) =>
      panels.flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr, legendFormat = '' }) => {
          const query = chosen(expr)
          const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name)
          return [query, ...labels.map((label) => withLabel(query, label))]
        }),
      ),
    )
    expect(expressions.length).toBeGreaterThan(100)
    expect(await withoutResult(expressions)).toEqual([])
  })

  it('has the values that each variable offers', async () => {
    const definitions = dashboards.flatMap(({ templating }) =>
      templating.list.flatMap(({ definition }) => definition ?? []),
    )
    const expressions = definitions.map((definition) => {
      const [, name = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? []
      return `${name}{${label}!=""}`
    })
    expect(await withoutResult(expressions)).toEqual([])
  })

  it('raises the alerts that need no more time', async () => {
    const raised = [
      'alertname="FairleadProviderDown", provider="default/down"',
      'alertname="FairleadUnpricedModel", provider="default/simulator", model="simulator-1"',
      'alertname="FairleadBudgetNearlyUsed", policy="default/half", limit="half", percent="50"',
    ]
    const firing = raised.map((labels) => `ALERTS{alertstate="firing", job="fairlead", ${labels}}`)
    expect(await withoutResult(firing)).toEqual([])
  })

  it('has every metric of the alerts, with the labels that their cases have', () => {
    const seen = [...second.values()].flatMap(({ series }) => series)
    const labelsOf = new Map(seen.map((each) => [each.name, new Set(labelNames(each))]))
    const cases = alertCases.flatMap(({ fires, silent }) => [...fires.series, ...silent.series])
    for (const [series] of cases) {
      const [, name = '', labels = ''] = /^(\w+)\{(.*)\}$/.exec(series) ?? []
      expect(names, name).toContain(name.replace(/_bucket$/, ''))
      const [imagined] = elsewhere[name] ?? []
      const known = labelsOf.get(name) ?? new Set(labelNames({ labels: imagined ?? '' }))
      const ofTarget = new Set(['namespace', 'job', 'instance'])
      for (const label of labelNames({ labels })) {
        expect(known.has(label) || ofTarget.has(label), `${label} of ${series}`).toBe(true)
      }
    }
  })

  it('has every metric that the alerts ask for, and those that cannot be seen here', () => {
    const { groups } = parse(readFileSync(rulesFile, 'utf8')) as {
      readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[]
    }
    const asked = groups.flatMap(({ rules }) =>
      rules.flatMap(({ expr }) =>
        [...expr.matchAll(/\b(?:fairlead|gen_ai|controller_runtime|leader)_\w+/g)].map(String),
      ),
    )
    for (const name of [...asked, ...Object.keys(elsewhere)]) {
      expect(names).toContain(name.replace(/_bucket$/, ''))
    }
  })
})

/** A query as Grafana sends it when everything is chosen. */
function chosen(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '6m')
    .replaceAll('$__range', '6m')
    .replaceAll(/\$\w+/g, '.+')
}

/** Those results of a query that have the label. */
function withLabel(query: string, label: string): string {
  return `(count by (${label}) (${query}) unless on (${label}) vector(1))`
}
