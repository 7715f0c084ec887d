import type { KubernetesObject, OwnerReference } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { childLabel, withAppliedHash } from './child-identity.ts'
import { planChild } from './plan-child.ts'

const owner: KubernetesObject = {
  apiVersion: 'example.com/v1',
  kind: 'Database',
  metadata: { namespace: 'shop', name: 'a', uid: 'uid-a' },
}
const reference = (changes: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'example.com/v1',
  kind: 'Database',
  name: 'a',
  uid: 'uid-a',
  controller: true,
  ...changes,
})

function configMap(
  name: string,
  data: object,
  metadata: Partial<KubernetesObject['metadata']> = {},
): KubernetesObject {
  return withAppliedHash({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      namespace: 'shop',
      name,
      labels: { [childLabel]: 'database.config' },
      ownerReferences: [reference()],
      ...metadata,
    },
    data,
  })
}

interface Situation {
  readonly desired?: readonly KubernetesObject[]
  readonly stored?: readonly KubernetesObject[]
  readonly ours?: readonly KubernetesObject[]
  readonly isIntact?: boolean
  readonly adopt?: boolean
}

function plan({ desired = [], stored = [], ours = stored, isIntact, adopt = false }: Situation) {
  return planChild({
    owner,
    adopt,
    desired,
    ours,
    named: (one) => stored.find(({ metadata }) => metadata.name === one.metadata.name),
    isIntact: () => isIntact,
  })
}

const desired = [configMap('a-config', { size: '1' })]
const stored = (metadata: Partial<KubernetesObject['metadata']> = {}, data = { size: '1' }) => {
  const [one] = desired
  return { ...one, data, metadata: { ...one?.metadata, ...metadata } } as KubernetesObject
}

describe('what is planned for a desired object', () => {
  it('is to apply it when it is missing', () => {
    expect(plan({ desired })).toMatchObject([{ verb: 'apply', cause: 'missing' }])
  })

  it('is nothing when it is there', () => {
    expect(plan({ desired, stored: [stored()] })).toMatchObject([{ verb: 'keep' }])
  })

  it('is to apply it when another was applied, even if that had all of this', () => {
    const earlier = configMap('a-config', { size: '1', more: '2' })
    const actions = plan({ desired, stored: [earlier] })
    expect(actions).toMatchObject([{ verb: 'apply', cause: 'changed' }])
  })

  it('is to repair it when somebody has changed what was applied', () => {
    const changed = [stored({}, { size: '2' })]
    const repair = [{ verb: 'apply', cause: 'drifted' }]
    expect(plan({ desired, stored: changed })).toMatchObject(repair)
    // What this process remembers is surer than what can be seen, both ways.
    expect(plan({ desired, stored: changed, isIntact: true })).toMatchObject([{ verb: 'keep' }])
    expect(plan({ desired, stored: [stored()], isIntact: false })).toMatchObject(repair)
  })

  it('is to wait while it is being deleted', () => {
    const leaving = stored({ deletionTimestamp: '2026-01-01T00:00:00Z' })
    expect(plan({ desired, stored: [leaving] })).toMatchObject([
      { verb: 'wait', message: 'ConfigMap shop/a-config is being deleted, and will be made anew' },
    ])
  })

  it('is to wait for what an earlier owner of this name has left', () => {
    const garbage = stored({ ownerReferences: [reference({ uid: 'uid-of-before' })] })
    const actions = plan({ desired, stored: [garbage], ours: [] })
    expect(actions).toMatchObject([{ verb: 'wait', message: expect.stringMatching(/an earlier/) }])
  })

  it.each([
    ['another', reference({ name: 'b', uid: 'uid-b' })],
    ['a kind of another group', reference({ apiVersion: 'other.com/v1', uid: 'uid-b' })],
  ])('is to refuse what %s controls, even if adoption is allowed', (_case, other) => {
    const foreign = stored({ ownerReferences: [other] })
    const actions = plan({ desired, stored: [foreign], ours: [], adopt: true })
    expect(actions).toMatchObject([
      { verb: 'refuse', error: { message: expect.stringMatching(/already owned by another/) } },
    ])
  })

  it('is to refuse what nobody controls, unless adoption is allowed', () => {
    const orphan = stored({ ownerReferences: [], annotations: {} })
    const situation = { desired, stored: [orphan], ours: [] }
    expect(plan(situation)).toMatchObject([
      { verb: 'refuse', error: { message: expect.stringMatching(/adopt: true/) } },
    ])
    const adopted = plan({ ...situation, adopt: true })
    expect(adopted).toMatchObject([{ verb: 'apply', cause: 'changed' }])
  })
})

describe('what is planned for an object that is no longer desired', () => {
  it('is to delete it, once', () => {
    const surplus = configMap('a-config-old', {})
    expect(plan({ desired, stored: [stored(), surplus] })).toMatchObject([
      { verb: 'keep' },
      { verb: 'delete', actual: { metadata: { name: 'a-config-old' } } },
    ])
    const leaving = configMap('a-config-old', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })
    expect(plan({ stored: [leaving] })).toMatchObject([{ verb: 'wait' }])
  })
})
