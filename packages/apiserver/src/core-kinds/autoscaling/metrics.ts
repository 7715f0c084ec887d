import { checkDnsLabel, checkPathSegment } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'
import { quantityAt } from '../shared/quantities.ts'
import { validateContainerResourceName } from '../shared/resource-names.ts'

/** Types of metrics with the field that each is in. */
const sources: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}
const types = Object.keys(sources)

/** As validateMetrics in Kubernetes' validation of `autoscaling`. */
export function validateMetrics(spec: Place): void {
  const metrics = spec.each('metrics')
  for (const metric of metrics) validateMetric(metric)
  if (spec.optionalNumber('minReplicas') !== 0) return
  if (metrics.some((metric) => ['Object', 'External'].includes(metric.text('type')))) return
  const detail =
    'must specify at least one Object or External metric to support scaling to zero replicas'
  spec.forbidden('metrics', detail)
}

function validateMetric(metric: Place): void {
  const type = metric.text('type')
  const expected = Object.hasOwn(sources, type) ? sources[type] : undefined
  if (type === '') metric.required('type', 'must specify a metric source type')
  if (expected === undefined) metric.unsupported('type', types)
  const present = ['object', 'external', 'pods', 'resource', 'containerResource'].filter((field) =>
    metric.has(field),
  )
  const [first] = present
  if (first !== undefined) validateSource(first, metric.within(first))
  if (expected === undefined) metric.unsupported('type', types)
  else if (!metric.has(expected)) {
    metric.required(expected, 'must populate information for the given metric source')
  }
  if (present.length === 1) return
  for (const field of present) {
    if (field !== expected) metric.forbidden(field, 'must populate the given metric source only')
  }
}

function validateSource(field: string, source: Place): void {
  const target = source.within('target')
  switch (field) {
    case 'object':
      validateReference(source.within('describedObject'))
      validateIdentifier(source)
      validateTarget(target)
      if (target.has('value') || target.has('averageValue')) break
      target.required('averageValue', 'must set either a target value or averageValue')
      break
    case 'external':
      validateIdentifier(source)
      validateTarget(target)
      validateExternalTarget(target)
      break
    case 'pods':
      validateIdentifier(source)
      validateTarget(target)
      if (target.has('averageValue')) break
      target.required('averageValue', 'must specify a positive target averageValue')
      break
    case 'containerResource':
      if (source.requireText('name', 'must specify a resource name')) {
        validateContainerResourceName(source, 'name', source.text('name'))
      }
      if (source.requireText('container', 'must specify a container')) {
        source.problems('container', checkDnsLabel(source.text('container')))
      }
      validateTarget(target)
      validateResourceTarget(target)
      break
    case 'resource':
      source.requireText('name', 'must specify a resource name')
      validateTarget(target)
      validateResourceTarget(target)
  }
}

function validateExternalTarget(target: Place): void {
  const [value, average] = [target.has('value'), target.has('averageValue')]
  if (!value && !average) {
    const detail = 'must set either a target value for metric or a per-pod target'
    target.required('averageValue', detail)
  }
  if (value && average) {
    const detail = 'may not set both a target value for metric and a per-pod target'
    target.forbidden('value', detail)
  }
}

function validateResourceTarget(target: Place): void {
  const [utilization, average] = [target.has('averageUtilization'), target.has('averageValue')]
  if (!utilization && !average) {
    const detail = 'must set either a target raw value or a target utilization'
    target.required('averageUtilization', detail)
  }
  if (utilization && average) {
    const detail = 'may not set both a target raw value and a target utilization'
    target.forbidden('averageValue', detail)
  }
}

function validateTarget(target: Place): void {
  const type = target.text('type')
  if (type === '') target.required('type', 'must specify a metric target type')
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    target.invalid('type', 'must be either Utilization, Value, or AverageValue')
  }
  for (const field of ['value', 'averageValue']) {
    const quantity = quantityAt(target, field)
    if (quantity !== undefined && quantity.nano <= 0n) target.invalid(field, 'must be positive')
  }
  const utilization = target.optionalNumber('averageUtilization')
  if (utilization !== undefined && utilization < 1) {
    target.invalid('averageUtilization', 'must be greater than 0')
  }
}

function validateIdentifier(source: Place): void {
  const metric = source.within('metric')
  if (!metric.requireText('name', 'must specify a metric name')) return
  metric.problems('name', checkPathSegment(metric.text('name')))
}

/** As ValidateCrossVersionObjectReference in Kubernetes' validation of `autoscaling`. */
export function validateReference(reference: Place): void {
  for (const field of ['kind', 'name']) {
    if (!reference.requireText(field)) continue
    reference.problems(field, checkPathSegment(reference.text(field)))
  }
}
