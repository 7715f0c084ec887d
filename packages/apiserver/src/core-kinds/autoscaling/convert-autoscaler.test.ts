import { expect, it } from 'vitest'

import { autoscalerConversion } from './convert-autoscaler.ts'

const cpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
}
const calls = {
  type: 'Pods',
  pods: { metric: { name: 'calls' }, target: { type: 'AverageValue', averageValue: '10' } },
}
const queue = {
  type: 'External',
  external: {
    metric: { name: 'queue', selector: { matchLabels: { a: 'b' } } },
    target: { type: 'Value', value: '5' },
  },
}

function stored(spec: object, status: object = { currentMetrics: null, desiredReplicas: 0 }) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { maxReplicas: 3, ...spec },
    status,
  }
}

it('the older version has the CPU in a field, and the rest in annotations', () => {
  const older = autoscalerConversion.toServed(stored({ metrics: [cpu, calls] }))
  expect(older).toMatchObject({
    apiVersion: 'autoscaling/v1',
    metadata: {
      annotations: {
        'autoscaling.alpha.kubernetes.io/metrics':
          '[{"type":"Pods","pods":{"metricName":"calls","targetAverageValue":"10"}}]',
      },
    },
    spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 60 },
    status: { currentReplicas: 0, desiredReplicas: 0 },
  })
})

it('nothing is lost on the way there and back', () => {
  const behavior = {
    scaleDown: {
      stabilizationWindowSeconds: 60,
      selectPolicy: 'Min',
      policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
    },
  }
  const status = {
    currentReplicas: 2,
    desiredReplicas: 2,
    currentMetrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 7, averageValue: '1' } },
      },
    ],
    conditions: [{ type: 'AbleToScale', status: 'True' }],
  }
  const before = stored({ metrics: [calls, queue, cpu], behavior }, status)
  expect(autoscalerConversion.toStored(autoscalerConversion.toServed(before))).toEqual(before)
})

it('without a metric, the CPU counts', () => {
  const older = { ...stored({}), apiVersion: 'autoscaling/v1' }
  const target = { type: 'Utilization', averageUtilization: 80 }
  expect(autoscalerConversion.toStored(older)['spec']).toMatchObject({
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
  })
})

it('annotations that somebody else has written count for nothing', () => {
  const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': 'no JSON', kept: 'x' }
  const older = { ...stored({}), metadata: { name: 'h', annotations } }
  expect(autoscalerConversion.toStored(older).metadata.annotations).toEqual({ kept: 'x' })
})
