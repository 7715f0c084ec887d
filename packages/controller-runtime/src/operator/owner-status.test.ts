import { defineResource, type JsonSchema, type KubernetesObject } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { failureOf } from './failure.ts'
import { ownerStatus } from './owner-status.ts'
import { standardConditions } from './standard-conditions.ts'

const child = (state: 'ready' | 'progressing' | 'waiting' | 'failed' | 'absent', message = '') => ({
  state,
  message,
  object: undefined,
  objects: [],
})
const told = (...conditions: Parameters<typeof standardConditions>) =>
  standardConditions(...conditions).map(({ type, status, reason, message }) => [
    type,
    `${status} ${reason}`,
    message,
  ])

describe('the standard conditions', () => {
  it('are as expected when everything is ready, or not wanted', () => {
    expect(told([child('ready'), child('absent')], [], 3)).toEqual([
      ['Ready', 'True AsExpected', ''],
      ['Progressing', 'False AsExpected', ''],
      ['Degraded', 'False AsExpected', ''],
    ])
    expect(standardConditions([], [], 3)[0]?.observedGeneration).toBe(3)
  })

  it('say what is on its way, and what waits for it', () => {
    const children = [child('progressing', '1 of 3 replicas'), child('waiting', 'b waits for a')]
    const message = '1 of 3 replicas; b waits for a'
    expect(told(children, [], 1)).toEqual([
      ['Ready', 'False ChildrenNotReady', message],
      ['Progressing', 'True ChildrenNotReady', message],
      ['Degraded', 'False AsExpected', ''],
    ])
  })

  it('say what has failed, once, beside what goes on', () => {
    const failure = failureOf('Service shop/a', new Error('no'))
    const other = failureOf('reconcile()', new Error('away'))
    const children = [child('failed', failure.message), child('progressing', 'soon')]
    const message = 'Service shop/a: no; reconcile(): away'
    expect(told(children, [failure, other], 1)).toEqual([
      ['Ready', 'False ChildrenFailed', message],
      ['Progressing', 'True ChildrenNotReady', 'soon'],
      ['Degraded', 'True ChildrenFailed', message],
    ])
    expect(told([child('ready')], [other], 1)[0]).toEqual([
      'Ready',
      'False ReconcileFailed',
      'reconcile(): away',
    ])
  })
})

const owner: KubernetesObject = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a', generation: 4 },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'r', message: '', lastTransitionTime: 'before' },
      { type: 'Mine', status: 'True', reason: 'r', message: '', lastTransitionTime: 'before' },
      { type: 'Theirs', status: 'True', reason: 'r', message: '', lastTransitionTime: 'before' },
    ],
  },
}
const condition = (type: string, status: 'True' | 'False') => ({
  type,
  status,
  reason: 'new',
  message: '',
})

describe('the status of an owner', () => {
  const standard = [condition('Ready', 'True'), condition('Degraded', 'False')]

  it('keeps the time of conditions whose status is the same, and leaves those of others alone', () => {
    const own = { size: 1, conditions: [condition('Mine', 'False')] }
    expect(ownerStatus(owner, { own, standard, now: 'now', schema: undefined })).toEqual({
      observedGeneration: 4,
      size: 1,
      conditions: [
        { ...condition('Ready', 'True'), lastTransitionTime: 'before' },
        { ...condition('Degraded', 'False'), lastTransitionTime: 'now' },
        { ...condition('Mine', 'False'), lastTransitionTime: 'now' },
      ],
    })
  })

  it('is first what its author says', () => {
    const own = { observedGeneration: 2, conditions: [condition('Ready', 'False')] }
    const status = ownerStatus(owner, { own, standard, now: 'now', schema: undefined })
    expect(status).toMatchObject({
      observedGeneration: 2,
      conditions: [{ type: 'Degraded' }, { type: 'Ready', status: 'False' }],
    })
  })

  it('has no standard field that its schema has not', () => {
    const spec: JsonSchema<object> = { type: 'object' }
    const properties = { size: { type: 'integer' } }
    const { schema } = defineResource({
      group: 'example.com',
      version: 'v1',
      kind: 'Thing',
      plural: 'things',
      description: 'A thing.',
      spec,
      status: { type: 'object', properties },
    })
    const status = ownerStatus(owner, { own: { size: 1 }, standard, now: 'now', schema })
    expect(status).toEqual({ size: 1 })
  })
})
