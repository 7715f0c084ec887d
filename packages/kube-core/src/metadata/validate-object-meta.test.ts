import { describe, expect, it } from 'vitest'
import { fieldErrorMessage } from '../field-error.ts'
import type { ObjectMeta, OwnerReference } from '../object.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './validate-object-meta.ts'
import type { ObjectMetaRules } from './validate-object-meta.ts'

function problemsOf(meta: ObjectMeta, rules: Partial<ObjectMetaRules> = {}): string[] {
  const whole = { name: 'a', namespace: 'ns', ...meta }
  return validateObjectMeta(whole, { namespaced: true, ...rules }).map(fieldErrorMessage)
}

const owner: OwnerReference = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }

describe('validateObjectMeta', () => {
  it.each<[string, ObjectMeta, Partial<ObjectMetaRules>]>([
    ['a subdomain', { name: 'a.b-c' }, {}],
    ['a path segment', { name: 'system:x' }, { nameRule: 'path-segment' }],
    ['a generated name', { name: 'a-x', generateName: 'a-' }, {}],
    ['labels', { labels: { 'x.io/a': '', b: 'C_1' } }, {}],
    ['annotations with capitals', { annotations: { 'X.io/Any': 'anything: at all\n' } }, {}],
    ['owners', { ownerReferences: [{ ...owner, controller: true }, owner] }, {}],
    ['finalizers', { finalizers: ['x.io/a', 'orphan'] }, {}],
  ])('accepts %s', (_, meta, rules) => {
    expect(problemsOf(meta, rules)).toEqual([])
  })

  it.each<[string, ObjectMeta, Partial<ObjectMetaRules>, string[]]>([
    [
      'no name',
      { name: '' },
      {},
      ['metadata.name: Required value: name or generateName is required'],
    ],
    [
      'a bad name',
      { name: 'A' },
      {},
      [
        `metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
    ],
    [
      'dots in a label',
      { name: 'a.b' },
      { nameRule: 'label' },
      ['metadata.name: Invalid value: "a.b": must not contain dots'],
    ],
    [
      'a slash',
      { name: 'a/b' },
      { nameRule: 'path-segment' },
      [`metadata.name: Invalid value: "a/b": may not contain '/'`],
    ],
    ['no namespace', { namespace: '' }, {}, ['metadata.namespace: Required value']],
    [
      'a namespace on a cluster-scoped kind',
      {},
      { namespaced: false },
      ['metadata.namespace: Forbidden: not allowed on this type'],
    ],
    [
      'a long label',
      { labels: { a: 'x'.repeat(64) } },
      {},
      [`metadata.labels: Invalid value: "${'x'.repeat(64)}": must be no more than 63 characters`],
    ],
    [
      'too many annotations',
      { annotations: { a: 'x'.repeat(256 * 1024) } },
      {},
      ['metadata.annotations: Too long: may not be more than 262144 bytes'],
    ],
    [
      'an owner without a uid',
      { ownerReferences: [{ ...owner, uid: '' }] },
      {},
      ['metadata.ownerReferences.uid: Invalid value: "": uid must not be empty'],
    ],
    [
      'an event as owner',
      { ownerReferences: [{ ...owner, kind: 'Event' }] },
      {},
      [
        'metadata.ownerReferences: Invalid value: v1.OwnerReference{APIVersion:"v1", Kind:"Event", Name:"p", UID:"u", Controller:(*bool)(nil), BlockOwnerDeletion:(*bool)(nil)}: /v1, Kind=Event is disallowed from being an owner',
      ],
    ],
    [
      'both finalizers of deletion',
      { finalizers: ['orphan', 'foregroundDeletion'] },
      {},
      [
        'metadata.finalizers: Invalid value: []string{"orphan", "foregroundDeletion"}: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    ],
    [
      'managed fields without an operation',
      { managedFields: [{ manager: 'a\u0000' }] },
      {},
      [
        'metadata.managedFields[0].operation: Invalid value: "": must be `Apply` or `Update`',
        'metadata.managedFields[0].manager: Invalid value: "a\\x00": invalid character U+0000 (at position 1)',
      ],
    ],
  ])('rejects %s', (_, meta, rules, problems) => {
    expect(problemsOf(meta, rules)).toEqual(problems)
  })

  it('allows one controller only', () => {
    const [problem] = problemsOf({
      ownerReferences: [
        { ...owner, controller: true },
        { ...owner, name: 'q', controller: true },
      ],
    })
    expect(problem).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for Pod/p and Pod/q',
    )
  })
})

describe('validateObjectMetaUpdate', () => {
  const old: ObjectMeta = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '5' }
  const problemsOfUpdate = (change: ObjectMeta, before: ObjectMeta = old): string[] =>
    validateObjectMetaUpdate({ ...before, ...change }, before).map(fieldErrorMessage)

  it('accepts an unchanged object', () => {
    expect(problemsOfUpdate({})).toEqual([])
  })

  it.each<[ObjectMeta, string]>([
    [
      { resourceVersion: '' },
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
    ],
    [{ uid: 'v' }, 'metadata.uid: Invalid value: "v": field is immutable'],
    [{ name: 'b' }, 'metadata.name: Invalid value: "b": field is immutable'],
  ])('rejects %j', (change, problem) => {
    expect(problemsOfUpdate(change)).toEqual([problem])
  })

  it('lets no finalizer be added during deletion', () => {
    const deleted = { ...old, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x.io/a'] }
    expect(problemsOfUpdate({ finalizers: [] }, deleted)).toEqual([])
    expect(problemsOfUpdate({ finalizers: ['x.io/a', 'x.io/c', 'x.io/b'] }, deleted)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.io/b", "x.io/c"}',
    ])
  })
})
