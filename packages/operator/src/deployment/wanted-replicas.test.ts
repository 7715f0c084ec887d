import type { Deployment, HorizontalPodAutoscaler } from '@fairlead/kube-types'
import { expect, it } from 'vitest'
import { exampleGateway } from './test-support/example-gateway.ts'
import { wantedReplicas } from './wanted-replicas.ts'

const autoscaled = exampleGateway({ autoscaling: { minReplicas: 2, maxReplicas: 9 } })
const running = { spec: { replicas: 4 } } as Deployment
const scaled = { status: { lastScaleTime: '2026-01-01T00:00:00Z' } } as HorizontalPodAutoscaler

it.each([
  ['one, unless the spec says another', exampleGateway({}), undefined, undefined, 1],
  ['what the spec says', exampleGateway({ replicas: 3 }), scaled, running, 3],
  ['the least of the autoscaler for a new Deployment', autoscaled, undefined, undefined, 2],
  ['what there is until the autoscaler has scaled', autoscaled, undefined, running, 4],
  ['left to the autoscaler once it has', autoscaled, scaled, running, undefined],
])('the number of replicas is %s', (_what, gateway, autoscaler, deployment, expected) => {
  expect(wantedReplicas(gateway, autoscaler, deployment)).toBe(expected)
})
