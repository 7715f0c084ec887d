import { api } from './api.ts'
import { type Dashboard, grafanaDashboard } from './dashboard.ts'
import { gateway } from './gateway.ts'
import { limits } from './limits.ts'
import { operator } from './operator.ts'
import { providers } from './providers.ts'

/** Where the chart has its dashboards, relative to the repository. */
export const dashboardsFolder = 'charts/fairlead/dashboards'

const dashboards: readonly Dashboard[] = [gateway, providers, limits, operator, api]

/** The dashboards as files for Grafana: name → JSON. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    dashboards.map((dashboard) => [
      `${dashboard.uid}.json`,
      `${JSON.stringify(grafanaDashboard(dashboard), undefined, 2)}\n`,
    ]),
  )
}
