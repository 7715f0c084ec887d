import {
  numberAt,
  optionalRecordAt,
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
      return `${valueOf(current, 'averageValue')}/${quantityOf(target, 'averageValue')}`
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
): { readonly target: Fields; readonly current: Fields | undefined } {
  const measured = optionalRecordAt(status, field)
  return {
    target: recordAt(recordAt(metric, field), 'target'),
    current: measured === undefined ? undefined : recordAt(measured, 'current'),
  }
}

function formatValue(metric: Fields, status: Fields, field: string): string {
  const { target, current } = partsOf(metric, status, field)
  if (target['averageValue'] === undefined) {
    return `${valueOf(current, 'value')}/${quantityOf(target, 'value')}`
  }
  const average = optionalTextAt(current ?? {}, 'averageValue') ?? '<unknown>'
  return `${average}/${quantityOf(target, 'averageValue')} (avg)`
}

function formatResource(metric: Fields, status: Fields, field: string): string {
  const { target, current } = partsOf(metric, status, field)
  const name = textAt(recordAt(metric, field), 'name')
  if (target['averageValue'] !== undefined) {
    return `${name}: ${valueOf(current, 'averageValue')}/${quantityOf(target, 'averageValue')}`
  }
  return `${name}: ${percentOf(current ?? {}, '<unknown>')}/${percentOf(target, '<auto>')}`
}

/** What has been measured, if anything. */
function valueOf(current: Fields | undefined, field: string): string {
  return current === undefined ? '<unknown>' : quantityOf(current, field)
}

/** As Go prints a quantity that may be absent. */
function quantityOf(value: Fields, field: string): string {
  return optionalTextAt(value, field) ?? '<nil>'
}

function percentOf(value: Fields, absent: string): string {
  const utilization = numberAt(value, 'averageUtilization')
  return utilization === undefined ? absent : `${utilization}%`
}
