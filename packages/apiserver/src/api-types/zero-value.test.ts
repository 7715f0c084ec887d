import { expect, it } from 'vitest'

import { zeroValueOfType } from './zero-value.ts'

it('a struct in which nothing is set has the fields that Go always writes', () => {
  expect(zeroValueOfType('io.k8s.api.apps.v1.Deployment')).toEqual({
    metadata: { creationTimestamp: null },
    spec: {
      selector: null,
      strategy: {},
      template: { metadata: { creationTimestamp: null }, spec: { containers: null } },
    },
    status: {},
  })
})

it.each([
  [
    'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus',
    { desiredReplicas: 0, currentMetrics: null },
  ],
  ['io.k8s.api.core.v1.HTTPGetAction', { port: 0 }],
  ['io.k8s.api.core.v1.Probe', {}],
])('%s is %j', (name, zero) => {
  expect(zeroValueOfType(name)).toEqual(zero)
})
