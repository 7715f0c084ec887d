import { kinds as types } from '@fairlead/api'
import { applyDefaults, type KubernetesObject } from '@fairlead/kube-core'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { expect, it } from 'vitest'
import { ApplyWarnings } from './apply-warnings.ts'

const nowMs = Date.parse('2026-06-01T00:00:00Z')
const warnings = new ApplyWarnings({ capabilities, clock: { now: () => nowMs } })

function resource(kind: string, spec: object): KubernetesObject {
  const type = types.find((one) => one.kind === kind)
  const object = {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind,
    metadata: { namespace: 'default', name: 'one' },
    spec,
  }
  return applyDefaults(object, type?.schema ?? {}) as KubernetesObject
}

const policy = (timeZone: string) =>
  resource('UsagePolicy', {
    targetRefs: [{ kind: 'LLMGateway', name: 'of-later' }],
    limits: [{ name: 'day', requests: 1, window: { calendar: 'Day', timeZone } }],
  })

it('warns of what is invalid by itself, and not of what may be written later', () => {
  expect(warnings.of(policy('Europe/Rome'))).toEqual([])
  expect(warnings.of(policy('Europe/Atlantis'))).toEqual([
    expect.stringMatching(/^it has no effect, because it is invalid: spec\.limits\[0\]/),
  ])
  expect(warnings.of(policy('Europe/Rome'))).toEqual([])
})

it('warns of fields that have no effect', () => {
  const gateway = resource('LLMGateway', { listeners: [{ name: 'a', port: 9000 }] })
  expect(warnings.of(gateway)).toEqual([
    'not implemented yet: spec.listeners[0].port (the port is given by --gateway-port)',
  ])
})

it('says nothing of other kinds, and little of many problems', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' } }
  expect(warnings.of(secret)).toEqual([])
  const foreign = { ...policy('Europe/Atlantis'), apiVersion: 'example.com/v1' }
  expect(warnings.of(foreign)).toEqual([])
  const listeners = Array.from({ length: 12 }, (_, index) => ({ name: `l${index}`, port: 9000 }))
  expect(warnings.of(resource('LLMGateway', { listeners }))).toHaveLength(8)
})

it('warns of rules that never match because of one above them', () => {
  const rule = (name: string) => ({
    name,
    targets: [{ name: 't', providerRef: { name: 'later' } }],
  })
  const rules = [rule('everything'), { ...rule('narrow'), match: { models: ['m'] } }]
  const route = resource('RoutingPolicy', { gatewayRefs: [{ name: 'later' }], rules })
  expect(warnings.of(route)).toEqual([
    'rule narrow never matches, because rule everything above it matches all its calls',
  ])
})

it('warns of keys that have expired, more so if all have', () => {
  const key = (name: string, expiresAt: string) => ({ name, sha256: name.repeat(64), expiresAt })
  const old = key('a', '2026-01-01T00:00:00Z')
  const consumer = (...apiKeys: readonly object[]) => warnings.of(resource('Consumer', { apiKeys }))
  const help = 'Replace them with fairlead key rotate, or remove them with fairlead key revoke'
  expect(consumer(old)).toEqual([
    `No API key is left that has not expired, so that nobody can call with one: a (2026-01-01T00:00:00Z). ${help}`,
  ])
  expect(consumer(old, key('b', '2027-01-01T00:00:00Z'))).toEqual([
    `Expired: a (2026-01-01T00:00:00Z). ${help}`,
  ])
  expect(consumer(key('b', '2027-01-01T00:00:00Z'))).toEqual([])
})
