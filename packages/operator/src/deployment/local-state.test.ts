import type { Snapshot } from '@fairlead/snapshot'
import { expect, it } from 'vitest'
import { exampleGateway } from './test-support/example-gateway.ts'
import { localState } from './local-state.ts'

const configured = (state: string, ...types: readonly string[]) =>
  ({
    gateway: { state: { type: state }, defaultConversationStore: 'team/s0' },
    conversationStores: new Map(types.map((type, index) => [`team/s${index}`, { type }])),
  }) as unknown as Snapshot

it.each([
  ['of one replica', { replicas: 1 }, configured('InProcess', 'SQLite')],
  ['in shared stores', { replicas: 2 }, configured('Redis', 'Postgres')],
  ['of a gateway that is not accepted', { replicas: 2 }, undefined],
])('state %s is not told', (_what, deployment, configuration) => {
  expect(localState(exampleGateway(deployment), configuration)).toBe(undefined)
})

it('what several replicas keep for themselves is told', () => {
  const autoscaled = exampleGateway({ autoscaling: { maxReplicas: 4 } })
  expect(localState(autoscaled, configured('InProcess', 'SQLite'))).toBe(
    'Replicas do not share the counters of limits (spec.state InProcess), the conversations of team/s0 (type SQLite): name a store that they share, or run one replica',
  )
  const none = { ...configured('Redis'), gateway: { state: { type: 'Redis' } } } as Snapshot
  expect(localState(exampleGateway({ replicas: 2 }), none)).toContain(
    'conversations without a store (spec.defaults.conversationStoreRef)',
  )
})
