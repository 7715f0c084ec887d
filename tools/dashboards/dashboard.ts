import type { Panel, Query } from './panel.ts'

/** A choice at the top of a dashboard. */
interface Variable {
  readonly name: string
  readonly label: string
  /** The metric whose label has the values to choose from. */
  readonly metric: string
  readonly valuesOf: string
}

/** A dashboard of Grafana, of which everything else follows. */
export interface Dashboard {
  /** Its address in Grafana, and the name of its file. */
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly variables: readonly Variable[]
  /** Panels that stand side by side, under a title. */
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[]
}

/** Of Grafana 10.4; later ones bring it up to date as they load it. */
const schemaVersion = 39
const columns = 24
const datasource = { type: 'prometheus', uid: '${datasource}' }
const heights = { stat: 4, timeseries: 8, table: 8 } as const
/** At most so many panels stand side by side. */
const widest = { stat: 6, timeseries: 3, table: 3 } as const

/** What Grafana imports. */
export function grafanaDashboard(dashboard: Dashboard): object {
  const { uid, title, description, variables, rows } = dashboard
  return {
    uid,
    title,
    description,
    tags: ['fairlead'],
    schemaVersion,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [
      {
        type: 'dashboards',
        title: 'Fairlead',
        tags: ['fairlead'],
        asDropdown: true,
        includeVars: false,
        keepTime: true,
      },
    ],
    templating: { list: [datasourceVariable, ...variables.map(grafanaVariable)] },
    panels: placed(rows),
  }
}

const datasourceVariable = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  current: {},
  hide: 0,
  includeAll: false,
  multi: false,
  refresh: 1,
}

function grafanaVariable({ name, label, metric, valuesOf }: Variable): object {
  const query = `label_values(${metric}, ${valuesOf})`
  return {
    name,
    label,
    type: 'query',
    datasource,
    definition: query,
    query: { query, refId: name },
    current: { selected: true, text: ['All'], value: ['$__all'] },
    hide: 0,
    includeAll: true,
    multi: true,
    refresh: 2,
    sort: 1,
  }
}

/** Rows below each other, and in each as many lines of panels as its panels need. */
function placed(rows: Dashboard['rows']): readonly object[] {
  const list: object[] = []
  let y = 0
  for (const { title, panels } of rows) {
    list.push({
      id: list.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: columns, h: 1 },
    })
    y += 1
    for (const line of linesOf(panels)) {
      const w = Math.floor(columns / line.length)
      const h = Math.max(...line.map(({ type }) => heights[type]))
      for (const [index, panel] of line.entries()) {
        list.push(grafanaPanel(panel, list.length + 1, { x: index * w, y, w, h }))
      }
      y += h
    }
  }
  return list
}

/** Panels of one type side by side, in lines that are about equally full. */
function linesOf(panels: readonly Panel[]): readonly (readonly Panel[])[] {
  const groups: Panel[][] = []
  for (const panel of panels) {
    const group = groups.at(-1)
    if (group?.[0]?.type === panel.type) group.push(panel)
    else groups.push([panel])
  }
  return groups.flatMap((group) => {
    const most = widest[group[0]?.type ?? 'timeseries']
    const size = Math.ceil(group.length / Math.ceil(group.length / most))
    const lines: Panel[][] = []
    for (let first = 0; first < group.length; first += size) {
      lines.push(group.slice(first, first + size))
    }
    return lines
  })
}

function grafanaPanel(panel: Panel, id: number, gridPos: object): object {
  const { type, title, description, unit, queries } = panel
  return {
    id,
    type,
    title,
    ...(description !== undefined && { description }),
    datasource,
    gridPos,
    targets: queries.map((query, index) => target(query, index, type)),
    ...appearances[type](unit, panel.stacked ?? false),
  }
}

function target({ expr, legend }: Query, index: number, type: Panel['type']): object {
  return {
    refId: String.fromCodePoint(65 + index),
    datasource,
    expr,
    ...(type === 'table'
      ? { format: 'table', instant: true, range: false }
      : { legendFormat: legend === '' ? '__auto' : legend, range: true }),
  }
}

const appearances = {
  stat: (unit: string) => ({
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: {
      colorMode: 'value',
      graphMode: 'area',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      textMode: 'auto',
    },
  }),
  timeseries: (unit: string, stacked: boolean) => ({
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        custom: {
          fillOpacity: stacked ? 30 : 8,
          showPoints: 'never',
          stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  }),
  table: (unit: string) => ({
    fieldConfig: { defaults: { unit }, overrides: [] },
    options: { showHeader: true, cellHeight: 'sm' },
    transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }],
  }),
}
