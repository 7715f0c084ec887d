import { expect, it } from 'vitest'

import { summarisePod } from './pod-summary.ts'

const finishedAt = '2026-01-01T00:00:00Z'

function summary(status: object, spec: object = {}, metadata: object = {}): object {
  const containers = [{ name: 'a' }, { name: 'b' }]
  return summarisePod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...metadata },
    spec: { containers, ...spec },
    status,
  })
}

const running = { ready: true, state: { running: {} } }

it.each([
  ['waits', { phase: 'Pending' }, { ready: 0, total: 2, reason: 'Pending', restarts: 0 }],
  [
    'runs',
    { phase: 'Running', containerStatuses: [running, { ...running, restartCount: 2 }] },
    { ready: 2, reason: 'Running', restarts: 2 },
  ],
  [
    'crashes',
    {
      phase: 'Running',
      containerStatuses: [
        {
          restartCount: 3,
          lastState: { terminated: { finishedAt } },
          state: { waiting: { reason: 'CrashLoopBackOff' } },
        },
      ],
    },
    { ready: 0, reason: 'CrashLoopBackOff', restarts: 3, lastRestart: finishedAt },
  ],
  [
    'was killed',
    { phase: 'Failed', containerStatuses: [{ state: { terminated: { signal: 9 } } }] },
    { reason: 'Signal:9' },
  ],
  [
    'has done some of its work',
    {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [running, { state: { terminated: { reason: 'Completed' } } }],
    },
    { ready: 1, reason: 'Running' },
  ],
  [
    'is held back',
    { phase: 'Pending', conditions: [{ type: 'PodScheduled', reason: 'SchedulingGated' }] },
    { reason: 'SchedulingGated' },
  ],
])('a pod that %s', (_what, status, expected) => {
  expect(summary(status)).toMatchObject(expected)
})

it('a pod that starts says how far it is', () => {
  const initContainers = [{ name: 'one' }, { name: 'two' }]
  const done = { name: 'one', state: { terminated: { exitCode: 0 } } }
  const second = (state: object): object =>
    summary({ initContainerStatuses: [done, { name: 'two', state }] }, { initContainers })
  expect(second({ running: {} })).toMatchObject({ reason: 'Init:1/2' })
  expect(second({ waiting: { reason: 'ErrImagePull' } })).toMatchObject({
    reason: 'Init:ErrImagePull',
  })
  expect(second({ terminated: { exitCode: 3 } })).toMatchObject({ reason: 'Init:ExitCode:3' })
})

it('a sidecar counts as a container', () => {
  const initContainers = [{ name: 'side', restartPolicy: 'Always' }]
  const initContainerStatuses = [{ name: 'side', started: true, ready: true, restartCount: 1 }]
  const status = { phase: 'Running', initContainerStatuses, containerStatuses: [running] }
  expect(summary(status, { initContainers })).toMatchObject({ ready: 2, total: 3, restarts: 1 })
})

it('a pod that is deleted is terminating until it has ended', () => {
  const metadata = { deletionTimestamp: finishedAt }
  expect(summary({ phase: 'Running' }, {}, metadata)).toMatchObject({ reason: 'Terminating' })
  expect(summary({ phase: 'Failed' }, {}, metadata)).toMatchObject({ reason: 'Failed' })
})
