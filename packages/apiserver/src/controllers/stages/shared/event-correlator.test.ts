import type { KubernetesObject } from '@fairlead/kube-core'
import { beforeEach, expect, it } from 'vitest'

import { EventCorrelator } from './event-correlator.ts'

const about: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'n', uid: 'u' },
}
const started = { type: 'Normal', reason: 'Started', message: 'm' } as const
const minuteMs = 60_000

let correlator: EventCorrelator

beforeEach(() => {
  correlator = new EventCorrelator()
})

function record(message: string, nowMs = 0, object = about): string | undefined {
  const correlated = correlator.correlate(object, { ...started, message }, nowMs)
  if (correlated === undefined) return undefined
  const { before, event } = correlated
  const recorded = { name: before?.name ?? event.message, count: (before?.count ?? 0) + 1 }
  correlated.recorded(recorded)
  return `${event.message} x${recorded.count}`
}

it('counts what is told again', () => {
  expect([record('a'), record('b'), record('a')]).toEqual(['a x1', 'b x1', 'a x2'])
})

it('tells the parts of an object apart, and the objects', () => {
  const part = { ...started, fieldPath: 'spec.containers{x}' }
  record('m')
  expect(correlator.correlate(about, part, 0)?.before).toBeUndefined()
  const other = { ...about, metadata: { ...about.metadata, uid: 'v' } }
  expect(record('m', 0, other)).toBe('m x1')
})

it('makes one of the tenth and later ones that differ in the message alone', () => {
  const told = Array.from({ length: 11 }, (_, index) => record(String(index)))
  expect(told.slice(8)).toEqual([
    '8 x1',
    '(combined from similar events): 9 x1',
    '(combined from similar events): 10 x2',
  ])
  expect(record('late', 11 * minuteMs)).toBe('late x1')
})

it('drops what is more than 25 at once, and one in five minutes', () => {
  const told = Array.from({ length: 26 }, () => record('m'))
  expect(told.slice(24)).toEqual(['m x25', undefined])
  expect([record('m', 5 * minuteMs), record('m', 5 * minuteMs)]).toEqual(['m x26', undefined])
})
