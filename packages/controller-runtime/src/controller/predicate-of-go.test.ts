// The cases of pkg/predicate/predicate_test.go of kubernetes-sigs/controller-runtime, under their
// names there. Objects always have metadata here, so "missing" is an object without the field, and a
// generic event has no object and passes no predicates.
import type { ObjectMeta, TypedObject } from '@fairlead/kube-core'
import { describe, expect, it, vi } from 'vitest'
import type { CreateEvent, DeleteEvent, UpdateEvent } from './event.ts'
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

const pod = (metadata: ObjectMeta = {}): TypedObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'biz', name: 'baz', ...metadata },
})
const created = (metadata?: ObjectMeta): CreateEvent => ({
  object: pod(metadata),
  isInInitialList: false,
})
const deleted = (metadata?: ObjectMeta): DeleteEvent => ({
  object: pod(metadata),
  deleteStateUnknown: false,
})
const updated = (before: ObjectMeta, after: ObjectMeta): UpdateEvent => ({
  oldObject: pod(before),
  newObject: pod(after),
})

/** What it says to the three events; what it does not look at passes. */
function answers(predicate: Predicate, before: ObjectMeta, after: ObjectMeta) {
  const all = and(predicate)
  return {
    create: all.create?.(created(after)),
    update: all.update?.(updated(before, after)),
    delete: all.delete?.(deleted(after)),
  }
}
const onlyUpdate = (update: boolean) => ({ create: true, update, delete: true })
const always = (answer: boolean) => ({ create: answer, update: answer, delete: answer })

describe('Funcs', () => {
  const failing = () => {
    throw new Error('the wrong function was called')
  }

  it.each([true, false])('should call Create, Update and Delete, which say %s', (answer) => {
    const create = vi.fn(() => answer)
    const update = vi.fn(() => answer)
    const remove = vi.fn(() => answer)
    expect(and({ create, update: failing, delete: failing }).create?.(created())).toBe(answer)
    expect(create).toHaveBeenCalledExactlyOnceWith(created())
    const change = updated({}, { name: 'foo' })
    expect(and({ create: failing, update, delete: failing }).update?.(change)).toBe(answer)
    expect(update).toHaveBeenCalledExactlyOnceWith(change)
    const one = { create: failing, update: failing, delete: remove }
    expect(and(one).delete?.(deleted())).toBe(answer)
    expect(remove).toHaveBeenCalledExactlyOnceWith(deleted())
  })

  it('should let everything pass without functions', () => {
    expect(answers({}, {}, {})).toEqual(always(true))
  })
})

describe('When checking a ResourceVersionChangedPredicate', () => {
  it.each<[string, string | undefined, string | undefined, boolean]>([
    ["Where the ResourceVersion hasn't changed, should return false", 'v1', 'v1', false],
    ['Where the ResourceVersion has changed, should return true', 'v1', 'v2', true],
    [
      'Where neither object has a ResourceVersion, should return false',
      undefined,
      undefined,
      false,
    ],
  ])('%s', (_, before, after, expected) => {
    const version = (resourceVersion: string | undefined) =>
      resourceVersion === undefined ? {} : { resourceVersion }
    expect(answers(resourceVersionChanged, version(before), version(after))).toEqual(
      onlyUpdate(expected),
    )
  })
})

describe('When checking a GenerationChangedPredicate', () => {
  it.each<[string, ObjectMeta, ObjectMeta, boolean]>([
    [
      "Where the Generation hasn't changed, should return false",
      { generation: 1 },
      { generation: 1 },
      false,
    ],
    [
      'Where the Generation has changed, should return true',
      { generation: 1 },
      { generation: 2 },
      true,
    ],
    ['Where neither object has a Generation, should return false', {}, {}, false],
  ])('%s', (_, before, after, expected) => {
    expect(answers(generationChanged, before, after)).toEqual(onlyUpdate(expected))
  })
})

describe.each([
  ['AnnotationChangedPredicate', 'annotations', annotationChanged],
  ['LabelChangedPredicate', 'labels', labelChanged],
] as const)('When checking a %s', (_predicate, field, predicate) => {
  it.each<
    [string, Record<string, string> | undefined, Record<string, string> | undefined, boolean]
  >([
    ['Where they are missing, should return false', undefined, undefined, false],
    ['Where they are empty, should return false', {}, {}, false],
    ["Where they haven't changed, should return false", { booz: 'wooz' }, { booz: 'wooz' }, false],
    ['Where a value has changed, should return true', { booz: 'wooz' }, { booz: 'weez' }, true],
    [
      'Where one has been added, should return true',
      { booz: 'wooz' },
      { booz: 'wooz', zooz: 'qooz' },
      true,
    ],
    [
      'Where one has been removed, should return true',
      { booz: 'wooz', zooz: 'qooz' },
      { booz: 'wooz' },
      true,
    ],
  ])('%s', (_, before, after, expected) => {
    const meta = (map: Record<string, string> | undefined) =>
      map === undefined ? {} : { [field]: map }
    expect(answers(predicate, meta(before), meta(after))).toEqual(onlyUpdate(expected))
  })
})

describe('With a boolean predicate', () => {
  const passing = objectMatches(() => true)
  const failing = objectMatches(() => false)

  it.each<[string, Predicate, boolean]>([
    [
      'And should return false when one of its predicates returns false',
      and(passing, failing),
      false,
    ],
    ['And should return true when all of its predicates return true', and(passing, passing), true],
    ['Or should return true when one of its predicates returns true', or(passing, failing), true],
    ['Or should return false when all of its predicates return false', or(failing, failing), false],
    ['Not should return false when its predicate returns true', not(passing), false],
    ['Not should return true when its predicate returns false', not(failing), true],
  ])('%s', (_, predicate, expected) => {
    expect(answers(predicate, {}, {})).toEqual(always(expected))
  })
})

describe('NewPredicateFuncs with a namespace filter function', () => {
  const byNamespace = objectMatches(({ metadata }) => metadata.namespace === 'biz')

  it.each([
    ['Where the namespace is matching, should return true', 'biz', true],
    ['Where the namespace is not matching, should return false', 'wrong', false],
  ])('%s', (_, namespace, expected) => {
    // It is the new object of an update that counts.
    expect(answers(byNamespace, { namespace: 'any' }, { namespace })).toEqual(always(expected))
  })
})

describe('When checking a LabelSelectorPredicate', () => {
  const selecting = labelsMatch({ matchLabels: { foo: 'bar' } })

  it.each([
    ['When the Selector does not match the event labels, should return false', 'not-bar', false],
    ['When the Selector matches the event labels, should return true', 'bar', true],
  ])('%s', (_, foo, expected) => {
    expect(answers(selecting, {}, { labels: { foo } })).toEqual(always(expected))
  })
})
