import type { ConfigMap, ObjectMeta } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import {
  and,
  annotationChanged,
  generationChanged,
  labelChanged,
  labelsMatch,
  not,
  objectMatches,
  or,
  resourceVersionChanged,
} from './predicate.ts'
import type { Predicate } from './predicate.ts'

const object = (metadata: ObjectMeta): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
})

function update(predicate: Predicate, before: ObjectMeta, after: ObjectMeta): boolean | undefined {
  return predicate.update?.({ oldObject: object(before), newObject: object(after) })
}

describe('a predicate lets an update through', () => {
  it.each<[string, Predicate, ObjectMeta, ObjectMeta, boolean]>([
    [
      'whose version changed',
      resourceVersionChanged,
      { resourceVersion: '1' },
      { resourceVersion: '2' },
      true,
    ],
    [
      'not for a resync',
      resourceVersionChanged,
      { resourceVersion: '1' },
      { resourceVersion: '1' },
      false,
    ],
    ['whose generation changed', generationChanged, { generation: 1 }, { generation: 2 }, true],
    [
      'not for its status',
      generationChanged,
      { generation: 1 },
      { generation: 1, resourceVersion: '2' },
      false,
    ],
    ['whose labels changed', labelChanged, { labels: { a: '1' } }, { labels: { a: '2' } }, true],
    [
      'not when labels only moved',
      labelChanged,
      { labels: { a: '1', b: '2' } },
      { labels: { b: '2', a: '1' } },
      false,
    ],
    ['not when there are no labels either way', labelChanged, {}, { labels: {} }, false],
    ['whose annotations changed', annotationChanged, {}, { annotations: { a: '1' } }, true],
    ['not for other annotations', annotationChanged, { labels: {} }, { labels: { a: '1' } }, false],
    [
      'whose labels match now',
      labelsMatch({ matchLabels: { a: '1' } }),
      {},
      { labels: { a: '1' } },
      true,
    ],
    [
      'not when they matched before',
      labelsMatch({ matchLabels: { a: '1' } }),
      { labels: { a: '1' } },
      {},
      false,
    ],
  ])('%s', (_, predicate, before, after, expected) => {
    expect(update(predicate, before, after)).toBe(expected)
  })

  it('by default for creates and deletes', () => {
    const one = object({})
    const all = and(generationChanged)
    expect(all.create?.({ object: one, isInInitialList: false })).toBe(true)
    expect(all.delete?.({ object: one, deleteStateUnknown: false })).toBe(true)
  })
})

describe('predicates combine', () => {
  const yes = objectMatches(() => true)
  const no = objectMatches(() => false)
  const event = { object: object({}), isInInitialList: false }

  it.each<[string, Predicate, boolean]>([
    ['and of yes', and(yes, yes), true],
    ['and with a no', and(yes, no), false],
    ['and of none', and(), true],
    ['or with a yes', or(no, yes), true],
    ['or of no', or(no, no), false],
    ['not', not(yes), false],
    ['a missing member is a yes', and(generationChanged, yes), true],
    ['not of a missing member', not(generationChanged), false],
    ['nested', or(and(yes, no), not(no)), true],
  ])('%s', (_, predicate, expected) => {
    expect(predicate.create?.(event)).toBe(expected)
  })
})
