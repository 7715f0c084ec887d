import { describe, expect, it } from 'vitest'
import { defineResource } from '../crd/define-resource.ts'
import { jsonSchema } from '../crd/json-schema.ts'
import { carriedFields } from './carried-fields.ts'
import { checkRoundTrips, type RoundTripOptions } from './check-round-trips.ts'
import type { ConvertibleKind } from './convertible-kind.ts'
import { defineVersions } from './define-versions.ts'
import { RoundTripError } from './round-trip-error.ts'
import type { VersionConversion } from './version-conversion.ts'

interface OldSpec {
  size: number
  paused?: boolean
  users?: string[]
}

interface Spec {
  replicas: number
  paused?: boolean
  users?: { name: string; admin?: boolean }[]
  backup?: { schedule: string; keep: number }
}

const names = { group: 'example.com', kind: 'Cluster', plural: 'clusters', description: '' }
const integer = { type: 'integer', minimum: 1, maximum: 99 }
const text = { type: 'string' }
const flag = { type: 'boolean' }

const v1alpha1 = defineResource({
  ...names,
  version: 'v1alpha1',
  spec: jsonSchema<OldSpec>({
    type: 'object',
    required: ['size'],
    properties: { size: integer, paused: flag, users: { type: 'array', items: text } },
  }),
})

const v1 = defineResource({
  ...names,
  version: 'v1',
  spec: jsonSchema<Spec>({
    type: 'object',
    required: ['replicas'],
    properties: {
      replicas: integer,
      paused: flag,
      users: {
        type: 'array',
        'x-kubernetes-list-type': 'atomic',
        items: { type: 'object', required: ['name'], properties: { name: text, admin: flag } },
      },
      backup: {
        type: 'object',
        required: ['schedule'],
        properties: { schedule: text, keep: { type: 'integer', default: 7 } },
      },
    },
    'x-kubernetes-validations': [{ rule: '!has(self.paused) || self.replicas > 3' }],
  }),
})

type Old = NonNullable<typeof v1alpha1._object>
type Hub = NonNullable<typeof v1._object>

const lost = carriedFields<Pick<Spec, 'users' | 'backup'>>('example.com/conversion-data')

/** Loses nothing. */
const faithful: VersionConversion<Old, Hub> = {
  toHub: ({ metadata, spec: { size, users, ...same } }) => {
    const { users: former = [], backup } = lost.read(metadata)
    const asObject = (name: string, index: number) => {
      const user = former[index]
      return user?.name === name ? user : { name }
    }
    return {
      metadata: lost.remove(metadata),
      spec: {
        ...same,
        replicas: size,
        ...(users && { users: users.map(asObject) }),
        ...(backup && { backup }),
      },
    }
  },
  fromHub: ({ metadata, spec: { replicas, users, backup, ...same } }) => ({
    metadata: lost.write(metadata, { ...(users && { users }), ...(backup && { backup }) }),
    spec: { ...same, size: replicas, ...(users && { users: users.map(({ name }) => name) }) },
  }),
}

function kind(conversion: VersionConversion<Old, Hub>): ConvertibleKind {
  return defineVersions({ v1alpha1, v1 }, { storage: 'v1', convert: { v1alpha1: conversion } })
}

function failure(conversion: VersionConversion<Old, Hub>, options?: RoundTripOptions) {
  try {
    checkRoundTrips(kind(conversion), options)
  } catch (error) {
    if (error instanceof RoundTripError) return error
    throw error
  }
  throw new Error('the round trips succeed')
}

const withoutBackup: VersionConversion<Old, Hub> = {
  ...faithful,
  toHub: (old) => {
    const { spec, ...more } = faithful.toHub(old)
    const { backup: _, ...rest } = spec
    return { ...more, spec: rest }
  },
}

describe('checkRoundTrips', () => {
  it('accepts conversions that lose nothing, whatever the seed', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      expect(() => checkRoundTrips(kind(faithful), { seed })).not.toThrow()
    }
  })

  it('names the field that gets lost, on which way, with the smallest object', () => {
    const error = failure(withoutBackup)
    expect(error.message).toContain(
      'Cluster v1 → v1alpha1 → v1 does not give back what was there:\n  spec.backup: {"schedule":"","keep":0} became absent',
    )
    expect(error.message).toContain('seed 1, round ')
    expect(error.differences.map(({ path }) => path)).toEqual(['spec.backup'])
    expect(error.object).toMatchObject({ metadata: { name: 'sample', namespace: 'default' } })
    expect(Object.keys((error.object as Hub).spec)).toEqual(['replicas', 'backup'])
    expect(error.object.metadata.labels).toBeUndefined()
    expect(error.between?.apiVersion).toBe('example.com/v1alpha1')
  })

  it('finds values that are lost for being false, zero or empty', () => {
    const error = failure({
      ...faithful,
      fromHub: (hub) => {
        const { spec, ...more } = faithful.fromHub(hub)
        const { paused, ...rest } = spec
        return { ...more, spec: paused ? { ...rest, paused } : rest }
      },
    })
    expect(error.message).toContain('  spec.paused: false became absent')
  })

  it('finds what gets lost between an older version and the hub', () => {
    const error = failure({
      ...faithful,
      toHub: (old) => {
        const converted = faithful.toHub(old)
        return { ...converted, spec: { ...converted.spec, replicas: Math.max(old.spec.size, 5) } }
      },
    })
    expect(error).toMatchObject({ differences: [{ path: expect.stringMatching(/size|replicas/) }] })
  })

  it('lets fields get lost that may', () => {
    expect(() => checkRoundTrips(kind(withoutBackup), { lossy: ['spec.backup'] })).not.toThrow()
    expect(() => checkRoundTrips(kind(withoutBackup), { lossy: ['spec.backups'] })).toThrow(
      'no version has the lossy field spec.backups',
    )
  })

  it('tells what a conversion throws, with an object', () => {
    const error = failure({
      ...faithful,
      fromHub: (hub) => {
        if (hub.spec.users?.length === 2) throw new RangeError('two users')
        return faithful.fromHub(hub)
      },
    })
    expect(error.message).toMatch(/^Cluster v1 → v1alpha1 → v1 throws: two users\nof: \{/)
    expect(error.cause).toBeInstanceOf(RangeError)
    expect((error.object as Hub).spec.users).toEqual([{ name: '' }, { name: '' }])
  })

  it('finds labels that a conversion drops', () => {
    const error = failure({
      ...faithful,
      fromHub: (hub) => {
        const { metadata, spec } = faithful.fromHub(hub)
        return { spec, metadata: { ...(metadata?.annotations && metadata), labels: {} } }
      },
    })
    expect(error.message).toContain('  metadata.labels.app: "" became absent')
  })

  it('only makes objects that meet the rules', () => {
    const seen: Hub['spec'][] = []
    checkRoundTrips(
      kind({
        ...faithful,
        fromHub: (hub) => {
          seen.push(hub.spec as Hub['spec'])
          return faithful.fromHub(hub)
        },
      }),
    )
    const paused = seen.slice(0, 100).filter((spec) => spec.paused !== undefined)
    expect(paused.length).toBeGreaterThan(10)
    expect(paused.filter(({ replicas }) => replicas <= 3)).toEqual([])
  })
})
