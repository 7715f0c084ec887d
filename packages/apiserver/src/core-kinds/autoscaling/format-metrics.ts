import {
  numberAt,
  optionalTextAt,
  recordAt,
  recordsAt,
  textAt,
  type Fields,
} from '../../definitions/fields.ts'

const shownMax = 2

/** As formatHPAMetrics in Kubernetes' printers: `cpu: 10%/80%, 3/10 + 1 more...`. */
export function formatMetrics(spec: Fields, status: Fields): string {
  const metrics = recordsAt(spec, 'metrics')
  if (metrics.length === 0) return '<none>'
  const current = recordsAt(status, 'currentMetrics')
  const shown = metrics
    .slice(0, shownMax)
    .map((metric, index) => formatMetric(metric, current[index] ?? {}))
  const more = metrics.length - shownMax
  return more > 0 ? `${shown.join(', ')} + ${more} more...` : shown.join(', ')
}

function formatMetric(metric: Fields, status: Fields): string {
  switch (metric['type']) {
    case 'External':
      return formatValue(metric, status, 'external')
    case 'Object':
      return formatValue(metric, status, 'object')
    case 'Pods': {
      const { target, current } = partsOf(metric, status, 'pods')
      return `${valueOf(current, 'averageValue')}/${valueOf(target, 'averageValue')}`
    }
    case 'Resource':
      return formatResource(metric, status, 'resource')
    case 'ContainerResource':
      return formatResource(metric, status, 'containerResource')
    default:
      return '<unknown type>'
  }
}

function partsOf(
  metric: Fields,
  status: Fields,
  field: string,
): { readonly target: Fields; readonly current: Fields } {
  return {
    target: recordAt(recordAt(metric, field), 'target'),
    current: recordAt(recordAt(status, field), 'current'),
  }
}

function formatValue(metric: Fields, status: Fields, field: string): string {
  const { target, current } = partsOf(metric, status, field)
  return target['averageValue'] === undefined
    ? `${valueOf(current, 'value')}/${valueOf(target, 'value')}`
    : `${valueOf(current, 'averageValue')}/${valueOf(target, 'averageValue')} (avg)`
}

function formatResource(metric: Fields, status: Fields, field: string): string {
  const { target, current } = partsOf(metric, status, field)
  const name = textAt(recordAt(metric, field), 'name')
  if (target['averageValue'] !== undefined) {
    return `${name}: ${valueOf(current, 'averageValue')}/${valueOf(target, 'averageValue')}`
  }
  return `${name}: ${percentOf(current, '<unknown>')}/${percentOf(target, '<auto>')}`
}

function valueOf(value: Fields, field: string): string {
  return optionalTextAt(value, field) ?? '<unknown>'
}

function percentOf(value: Fields, absent: string): string {
  const utilization = numberAt(value, 'averageUtilization')
  return utilization === undefined ? absent : `${utilization}%`
}
