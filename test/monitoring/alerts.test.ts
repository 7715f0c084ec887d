import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { succeed } from '../operators/run-to-end.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { alertCases } from './alert-cases.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const rulesFile = join(repository, 'charts/fairlead/files/alerts.yaml')
const runbooks = 'https://github.com/fairlead/fairlead/blob/main/docs/troubleshooting.md'

interface Rule {
  readonly alert: string
  readonly labels: { readonly severity: string }
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>
}

const { groups } = parse(readFileSync(rulesFile, 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}
const rules = new Map(groups.flatMap((group) => group.rules.map((rule) => [rule.alert, rule])))

describe('the alerts', () => {
  const folder = temporaryFolder()
  afterAll(() => folder[Symbol.dispose]())
  const promtool = (...args: readonly string[]) =>
    succeed(process.env['PROMTOOL'] ?? 'promtool', args)
  const tested = (tests: readonly object[]) => {
    const file = join(folder.path, 'test.json')
    writeFileSync(file, JSON.stringify({ rule_files: [rulesFile], tests }))
    return promtool('test', 'rules', file)
  }

  it('are rules that Prometheus accepts', async () => {
    expect(await promtool('check', 'rules', rulesFile)).toContain(`${rules.size} rules found`)
  })

  it('are in the files for those without Helm, with a configuration that Prometheus accepts', async () => {
    const monitoring = join(repository, 'deploy/monitoring')
    expect(readFileSync(join(monitoring, 'alerts.yaml'))).toEqual(readFileSync(rulesFile))
    const configuration = join(monitoring, 'prometheus.yaml')
    const printed = await promtool('check', 'config', '--syntax-only', configuration)
    expect(printed).toContain('is valid prometheus config file syntax')
  })

  it('each have a case', () => {
    expect(alertCases.map(({ alert }) => alert).toSorted()).toEqual([...rules.keys()].toSorted())
  })

  it.each(alertCases)('$alert fires, and says what is wrong', async ({ alert, fires }) => {
    const rule = rules.get(alert)
    const expected = {
      exp_labels: { ...fires.labels, severity: rule?.labels.severity },
      exp_annotations: { ...rule?.annotations, description: fires.description },
    }
    expect(await tested([unitTest(alert, fires, [expected])])).toContain('SUCCESS')
  })

  it.each(alertCases)('$alert is silent about $silent.about', async ({ alert, silent }) => {
    expect(await tested([unitTest(alert, silent, [])])).toContain('SUCCESS')
  })

  it('each have a section that says what to do', () => {
    const text = readFileSync(join(repository, 'docs/troubleshooting.md'), 'utf8')
    for (const { alert, annotations } of rules.values()) {
      expect(annotations.runbook_url).toBe(`${runbooks}#${alert.toLowerCase()}`)
      expect(text).toContain(`\n### ${alert}\n`)
    }
  })
})

function unitTest(
  alertname: string,
  { series, atMinutes }: (typeof alertCases)[number]['fires' | 'silent'],
  expected: readonly object[],
): object {
  return {
    interval: '1m',
    input_series: series.map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: `${atMinutes}m`, alertname, exp_alerts: expected }],
  }
}
