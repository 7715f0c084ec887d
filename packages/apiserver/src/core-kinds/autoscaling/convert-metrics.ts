import { isJsonObject, type JsonObject } from '@fairlead/base'

import { recordAt, type Fields } from '../../definitions/fields.ts'

/** Fields of the parts of a metric in the older form, beside those of the newer one. */
interface Names {
  readonly value?: string
  readonly average: string
  readonly utilization?: string
  readonly selector?: string
  readonly object?: string
}

const specNames: Readonly<Record<string, Names>> = {
  object: {
    value: 'targetValue',
    average: 'averageValue',
    selector: 'selector',
    object: 'target',
  },
  pods: { average: 'targetAverageValue', selector: 'selector' },
  resource: { average: 'targetAverageValue', utilization: 'targetAverageUtilization' },
  containerResource: { average: 'targetAverageValue', utilization: 'targetAverageUtilization' },
  external: {
    value: 'targetValue',
    average: 'targetAverageValue',
    selector: 'metricSelector',
  },
}
const statusNames: Readonly<Record<string, Names>> = {
  object: {
    value: 'currentValue',
    average: 'averageValue',
    selector: 'selector',
    object: 'target',
  },
  pods: { average: 'currentAverageValue', selector: 'selector' },
  resource: { average: 'currentAverageValue', utilization: 'currentAverageUtilization' },
  containerResource: {
    average: 'currentAverageValue',
    utilization: 'currentAverageUtilization',
  },
  external: {
    value: 'currentValue',
    average: 'currentAverageValue',
    selector: 'metricSelector',
  },
}
/** In the older form, these are always written. */
const always: Readonly<Record<string, readonly string[]>> = {
  target: ['object.targetValue', 'pods.targetAverageValue'],
  current: [
    'object.currentValue',
    'pods.currentAverageValue',
    'resource.currentAverageValue',
    'containerResource.currentAverageValue',
    'external.currentValue',
  ],
}

/** The part of a metric that is wanted or measured. */
type Part = 'target' | 'current'

/** A metric of `autoscaling/v2` in the form of annotations of `autoscaling/v1`. */
export function toOlderMetric(metric: Fields, part: Part): JsonObject {
  const older: Record<string, unknown> = { type: metric['type'] ?? '' }
  for (const [field, names] of Object.entries(namesOf(part))) {
    const source = metric[field]
    if (isJsonObject(source)) older[field] = toOlder(field, source, part, names)
  }
  return older
}

function toOlder(field: string, source: Fields, part: Part, names: Names): JsonObject {
  const { describedObject, metric, name, container } = source
  const value = recordAt(source, part)
  const identifier = isJsonObject(metric) ? metric : {}
  const older = withoutUndefined({
    [names.object ?? 'target']: describedObject,
    metricName: metric === undefined ? undefined : (identifier['name'] ?? ''),
    name,
    ...(names.value === undefined
      ? {}
      : { [names.value]: value['value'] ?? zero(field, part, names.value) }),
    ...(names.utilization === undefined
      ? {}
      : { [names.utilization]: value['averageUtilization'] }),
    [names.average]: value['averageValue'] ?? zero(field, part, names.average),
    container,
    ...(names.selector === undefined ? {} : { [names.selector]: identifier['selector'] }),
  })
  const ordered = order.filter((each) => each in older).map((each) => [each, older[each]])
  return Object.fromEntries(ordered) as JsonObject
}

/** As Go writes the fields. */
const order = [
  'target',
  'name',
  'metricName',
  'metricSelector',
  'targetValue',
  'currentValue',
  'targetAverageUtilization',
  'currentAverageUtilization',
  'targetAverageValue',
  'currentAverageValue',
  'selector',
  'averageValue',
  'container',
] as const

function zero(field: string, part: Part, name: string): string | undefined {
  return always[part]?.includes(`${field}.${name}`) === true ? '0' : undefined
}

/** A metric from an annotation of `autoscaling/v1` in the form of `autoscaling/v2`. */
export function toNewerMetric(metric: Fields, part: Part): JsonObject {
  const newer: Record<string, unknown> = { type: metric['type'] ?? '' }
  for (const [field, names] of Object.entries(namesOf(part))) {
    const source = metric[field]
    if (isJsonObject(source)) newer[field] = toNewer(field, source, part, names)
  }
  return newer
}

function toNewer(field: string, source: Fields, part: Part, names: Names): JsonObject {
  const read = (name: string | undefined): unknown =>
    name === undefined ? undefined : source[name]
  const value = read(names.value)
  const average = read(names.average)
  const utilization = read(names.utilization)
  const type =
    part === 'current'
      ? undefined
      : utilization !== undefined
        ? 'Utilization'
        : value === undefined || (field === 'object' && average !== undefined)
          ? 'AverageValue'
          : 'Value'
  const identifier = withoutUndefined({
    name: source['metricName'],
    selector: read(names.selector),
  })
  return withoutUndefined({
    describedObject: read(names.object),
    metric: names.selector === undefined ? undefined : identifier,
    name: source['name'],
    container: source['container'],
    [part]: withoutUndefined({
      type,
      value,
      averageValue: average,
      averageUtilization: utilization,
    }),
  })
}

function namesOf(part: Part): Readonly<Record<string, Names>> {
  return part === 'target' ? specNames : statusNames
}

function withoutUndefined(fields: Fields): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
