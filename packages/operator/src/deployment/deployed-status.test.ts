import { expect, it } from 'vitest'
import type { ObservedChild } from '@fairlead/controller-runtime'
import { deployedCondition, deploymentStatus } from './deployed-status.ts'
import { exampleGateway } from './test-support/example-gateway.ts'

const child = (state: ObservedChild['state'], message = ''): ObservedChild<never> => ({
  state,
  message,
  object: undefined,
  objects: [],
})

it.each([
  [[child('ready'), child('absent')], 'True', 'Deployed', 'All replicas are ready and current'],
  [[child('ready'), child('progressing', '1 of 2')], 'False', 'Progressing', '1 of 2'],
  [[child('progressing', '1 of 2'), child('failed', 'refused')], 'False', 'Failed', 'refused'],
])(
  'is deployed when everything is ready, else the worst is told (%#)',
  (all, status, reason, message) => {
    expect(deployedCondition(all)).toEqual({ type: 'Deployed', status, reason, message })
  },
)

it('says of a ready deployment what its replicas do not share', () => {
  expect(deployedCondition([child('ready')], { unshared: 'Not this' })).toMatchObject({
    status: 'True',
    reason: 'StateNotShared',
    message: 'Not this',
  })
})

it.each([
  [['1.0.0', '1.0.0'], '1.0.0', false],
  [['1.1.0', '1.0.0'], '1.0.0, 1.1.0', true],
  [['0.9.0'], '0.9.0', true],
])('replicas of versions %j are told', (versions, version, versionSkew) => {
  const replicas = versions.map((one, index) => ({
    name: `r${index}`,
    configHash: '',
    reportedAt: '',
    ready: true,
    version: one,
  }))
  const objects = { deployment: child('ready'), service: child('ready'), all: [] }
  const { deployment } = deploymentStatus(exampleGateway({}), objects, replicas, '1.0.0')
  expect(deployment).toMatchObject({ version, versionSkew })
})
