import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt, recordsAt, type Fields } from '../../definitions/fields.ts'
import type { Conversion } from '../../definitions/resource-definition.ts'
import { toNewerMetric, toOlderMetric } from './convert-metrics.ts'

const annotation = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const
const defaultUtilization = 80

/**
 * Between `autoscaling/v1` and the stored `autoscaling/v2`, as Kubernetes' conversion: what the older
 * version has no field for is in annotations.
 */
export const autoscalerConversion: Conversion = { toServed, toStored }

function toServed(stored: KubernetesObject): KubernetesObject {
  const spec = recordAt(stored, 'spec')
  const status = recordAt(stored, 'status')
  const metrics = recordsAt(spec, 'metrics')
  const current = recordsAt(status, 'currentMetrics')
  const conditions = recordsAt(status, 'conditions')
  const others = metrics.filter((metric) => cpuUtilization(metric, 'target') === undefined)
  const target = metrics.map((metric) => cpuUtilization(metric, 'target')).find(isNumber)
  const measured = current.map((metric) => cpuUtilization(metric, 'current')).findLast(isNumber)
  const added: Record<string, string> = {}
  if (others.length > 0) {
    added[annotation.metrics] = encode(others.map((metric) => toOlderMetric(metric, 'target')))
  }
  if (current.length > 0) {
    added[annotation.currentMetrics] = encode(
      current.map((metric) => toOlderMetric(metric, 'current')),
    )
  }
  if (isJsonObject(spec['behavior'])) {
    added[annotation.behavior] = encode(internalBehavior(spec['behavior']))
  }
  if (conditions.length > 0) added[annotation.conditions] = encode(conditions)
  const { metrics: _metrics, behavior: _behavior, ...specRest } = spec
  const { currentMetrics: _current, conditions: _conditions, ...statusRest } = status
  return {
    ...stored,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(stored, added),
    spec: { ...specRest, ...given('targetCPUUtilizationPercentage', target) },
    status: {
      currentReplicas: 0,
      ...statusRest,
      ...given('currentCPUUtilizationPercentage', measured),
    },
  }
}

function toStored(served: KubernetesObject): KubernetesObject {
  const annotations = served.metadata.annotations ?? {}
  const { targetCPUUtilizationPercentage: target, ...spec } = recordAt(served, 'spec')
  const { currentCPUUtilizationPercentage: measured, ...status } = recordAt(served, 'status')
  const others = decodeList(annotations[annotation.metrics])
  const metrics = [
    ...(others ?? []).map((metric) => toNewerMetric(metric, 'target')),
    ...(isNumber(target) ? [cpuMetric(target)] : []),
  ]
  const current = decodeList(annotations[annotation.currentMetrics])?.map((metric) =>
    toNewerMetric(metric, 'current'),
  )
  const conditions = decodeList(annotations[annotation.conditions])
  const behavior = servedBehavior(annotations[annotation.behavior])
  const { currentReplicas, ...statusRest } = status
  return {
    ...served,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(served, {}),
    spec: {
      ...spec,
      metrics: metrics.length === 0 ? [cpuMetric(defaultUtilization)] : metrics,
      ...given('behavior', behavior),
    },
    status: {
      ...(currentReplicas === 0 ? {} : given('currentReplicas', currentReplicas)),
      ...statusRest,
      currentMetrics: current ?? (isNumber(measured) ? [cpuStatus(measured)] : null),
      ...given('conditions', conditions),
    },
  }
}

/** Without the annotations of the conversion, and with those that are added. */
function withAnnotations(
  { metadata }: KubernetesObject,
  added: Readonly<Record<string, string>>,
): KubernetesObject['metadata'] {
  const { annotations: before = {}, ...rest } = metadata
  const names: readonly string[] = Object.values(annotation)
  const kept = Object.entries(before).filter(([name]) => !names.includes(name))
  const annotations = { ...Object.fromEntries(kept), ...added }
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations }
}

function cpuUtilization(metric: Fields, part: 'target' | 'current'): number | undefined {
  const resource = recordAt(metric, 'resource')
  if (metric['type'] !== 'Resource' || resource['name'] !== 'cpu') return undefined
  return numberAt(recordAt(resource, part), 'averageUtilization')
}

function cpuMetric(averageUtilization: number): JsonObject {
  const target = { type: 'Utilization', averageUtilization }
  return { type: 'Resource', resource: { name: 'cpu', target } }
}

function cpuStatus(averageUtilization: number): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } }
}

/** Go writes its own form of the behavior, whose fields have other names. */
function internalBehavior(behavior: Fields): JsonObject {
  return {
    ScaleUp: internalRules(behavior['scaleUp']),
    ScaleDown: internalRules(behavior['scaleDown']),
  }
}

function internalRules(rules: unknown): JsonObject | null {
  if (!isJsonObject(rules)) return null
  return {
    StabilizationWindowSeconds: rules['stabilizationWindowSeconds'] ?? null,
    SelectPolicy: rules['selectPolicy'] ?? null,
    Policies: recordsAt(rules, 'policies').map((policy) => ({
      Type: policy['type'],
      Value: policy['value'],
      PeriodSeconds: policy['periodSeconds'],
    })),
  }
}

function servedBehavior(text: string | undefined): JsonObject | undefined {
  const behavior = decode(text)
  if (!isJsonObject(behavior)) return undefined
  const served = {
    ...given('scaleUp', servedRules(behavior['ScaleUp'])),
    ...given('scaleDown', servedRules(behavior['ScaleDown'])),
  }
  return Object.keys(served).length === 0 ? undefined : served
}

function servedRules(rules: unknown): JsonObject | undefined {
  if (!isJsonObject(rules)) return undefined
  const policies = recordsAt(rules, 'Policies').map((policy) => ({
    type: policy['Type'] ?? '',
    value: policy['Value'] ?? 0,
    periodSeconds: policy['PeriodSeconds'] ?? 0,
  }))
  return {
    ...given('stabilizationWindowSeconds', rules['StabilizationWindowSeconds'] ?? undefined),
    ...given('selectPolicy', rules['SelectPolicy'] ?? undefined),
    ...given('policies', policies.length === 0 ? undefined : policies),
  }
}

function decodeList(text: string | undefined): JsonObject[] | undefined {
  const value = decode(text)
  return Array.isArray(value) ? value.filter(isJsonObject) : undefined
}

/** What somebody else has written there counts for nothing. */
function decode(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function encode(value: unknown): string {
  return JSON.stringify(value)
}

function given(name: string, value: unknown): JsonObject {
  return value === undefined ? {} : { [name]: value }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
