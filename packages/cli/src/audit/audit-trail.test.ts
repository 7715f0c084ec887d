import { FakeClock } from '@fairlead/base/testing'
import type { RefusedRequest } from '@fairlead/gateway'
import { expect, test } from 'vitest'
import type { AuditEvent, AuditTopic } from './audit-event.ts'
import { auditLine } from './audit-line.ts'
import { AuditTrail } from './audit-trail.ts'

const refused = (parts: Partial<RefusedRequest> = {}): RefusedRequest => ({
  atMs: Date.UTC(2026, 0, 1),
  requestId: 'req_1',
  status: 429,
  code: 'budget_exceeded',
  consumer: 'team/app',
  endUser: undefined,
  keyName: 'first',
  address: '10.0.0.7',
  method: 'POST',
  path: '/v1/chat/completions',
  model: 'gpt-4o',
  route: '',
  refusedBy: 'team/engineering/month',
  ...parts,
})

const change = {
  verb: 'update',
  group: 'fairlead.dev',
  kind: 'UsagePolicy',
  namespace: 'team',
  name: 'engineering',
  uid: 'u',
  generation: 3,
  resourceVersion: '12',
  user: { name: 'alice', groups: ['admins'] },
  fieldManager: 'kubectl',
}

function trailInMemory() {
  const clock = new FakeClock()
  const events: (AuditEvent & { readonly topic: AuditTopic })[] = []
  const trail = new AuditTrail({
    clock,
    sink: {
      write: (topic, written) => {
        events.push(...written.map((event) => ({ topic, ...event })))
      },
      close: () => Promise.resolve(),
    },
  })
  return { clock, events, trail }
}

test('what was refused by whom, in a line', () => {
  const { events, trail } = trailInMemory()
  trail.refused([refused(), refused({ status: 401, code: 'invalid_api_key', consumer: '' })])
  expect(events.map(auditLine)).toEqual([
    '2026-01-01T00:00:00.000Z  Refusal     team/app from 10.0.0.7: POST /v1/chat/completions for gpt-4o: 429 budget_exceeded by team/engineering/month (req_1)',
    '2026-01-01T00:00:00.000Z  Refusal     unknown caller from 10.0.0.7: POST /v1/chat/completions for gpt-4o: 401 invalid_api_key by team/engineering/month (req_1)',
  ])
})

test('who has changed what of ours, and Secrets without what they hold', () => {
  const { events, trail } = trailInMemory()
  trail.requested(change)
  trail.requested({ ...change, group: '', kind: 'Secret', generation: undefined })
  trail.requested({ ...change, group: '', kind: 'ConfigMap' })
  trail.requested({ ...change, group: 'coordination.k8s.io', kind: 'Lease' })
  expect(events.map(auditLine)).toEqual([
    '2026-01-01T00:00:00.000Z  Change      alice with kubectl: update UsagePolicy team/engineering, generation 3',
    '2026-01-01T00:00:00.000Z  Change      alice with kubectl: update Secret team/engineering',
  ])
})

test('a flood is counted, not written, and costs no change', async () => {
  const { clock, events, trail } = trailInMemory()
  for (let index = 0; index < 300; index += 1) trail.refused([refused()], { budget_exceeded: 2 })
  trail.requested(change)
  expect(events.filter(({ kind }) => kind === 'Refusal')).toHaveLength(100)
  expect(events.filter(({ kind }) => kind === 'Change')).toHaveLength(1)
  await clock.advance(10_000)
  expect(events.at(-1)).toMatchObject({
    kind: 'Suppressed',
    of: 'Refusal',
    count: 800,
    codes: { budget_exceeded: 800 },
  })
  expect(auditLine(events.at(-1) as AuditEvent)).toContain('800 more of kind Refusal')
  trail.refused([refused()])
  expect(events.at(-1)).toMatchObject({ kind: 'Refusal' })
  expect(clock.pendingTimers).toBe(0)
})

test('what a caller has written moves no cursor', () => {
  const { events, trail } = trailInMemory()
  trail.refused([refused({ model: '\u001b[2Jx', path: '/a\u009b1' })])
  // eslint-disable-next-line no-control-regex
  expect(auditLine(events[0] as AuditEvent)).toMatch(/^[\x20-\x7e]*$/)
})

test('nothing is written where that is not wanted', async () => {
  const { clock, events, trail } = trailInMemory()
  trail.enable(false)
  trail.refused([refused()], { x: 1 })
  trail.requested(change)
  await clock.advance(20_000)
  await trail.close()
  expect(events).toEqual([])
})
