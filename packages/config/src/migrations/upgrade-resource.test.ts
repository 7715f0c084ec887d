import type { KubernetesObject } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { upgradeResource } from './upgrade-resource.ts'

const resource = (kind: string, spec: unknown): KubernetesObject => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind,
  metadata: { name: 'x' },
  spec,
})

const retrying = (retry: unknown) => resource('RoutingPolicy', { rules: [{ name: 'r', retry }] })

describe('retry of a RoutingPolicy', () => {
  it.each<[string, object, object, string]>([
    ['on', { attempts: 1, on: ['Timeout'] }, { attempts: 1, conditions: ['Timeout'] }, 'on'],
    ['an unquoted on', { true: ['Connect'] }, { conditions: ['Connect'] }, 'true'],
    ['both', { on: ['Timeout'], true: ['Connect'] }, { conditions: ['Connect'] }, 'true'],
    [
      'on beside a default',
      { on: ['Timeout'], conditions: ['Connect', 'Timeout'] },
      { conditions: ['Timeout'] },
      'on',
    ],
    ['an empty list', { on: [] }, { conditions: [] }, 'on'],
  ])('with %s has conditions', (_, retry, expected, old) => {
    const { resource: upgraded, changes } = upgradeResource(retrying(retry))
    expect(upgraded).toEqual(retrying(expected))
    expect(changes).toEqual([`spec.rules[0].retry.${old} is now spec.rules[0].retry.conditions`])
  })
})

describe('sampling settings', () => {
  it.each(['temperature', 'topP', 'presencePenalty', 'frequencyPenalty'])(
    'have a number for %s',
    (field) => {
      const { resource: upgraded, changes } = upgradeResource(
        resource('Persona', { instructions: 'i', settings: { [field]: '0.50', seed: 1 } }),
      )
      expect(upgraded).toEqual(
        resource('Persona', { instructions: 'i', settings: { [field]: 0.5, seed: 1 } }),
      )
      expect(changes).toEqual([`spec.settings.${field} is now the number 0.5`])
    },
  )

  it('have numbers in every version of a PromptTemplate', () => {
    const versions = (value: unknown) => ({
      versions: [{ version: '1' }, { version: '2', settings: { temperature: value } }],
    })
    expect(upgradeResource(resource('PromptTemplate', versions('1')))).toEqual({
      resource: resource('PromptTemplate', versions(1)),
      changes: ['spec.versions[1].settings.temperature is now the number 1'],
    })
  })
})

describe('a resource that needs no upgrade', () => {
  it.each<[string, KubernetesObject]>([
    ['the new spelling', retrying({ conditions: ['Timeout'] })],
    ['no retry', resource('RoutingPolicy', { rules: [{ name: 'r' }] })],
    ['numbers', resource('Persona', { settings: { temperature: 0.5 } })],
    ['a text that is no number', resource('Persona', { settings: { temperature: 'warm' } })],
    ['another kind', resource('Consumer', { settings: { temperature: '1' } })],
    ['something else in place of lists', resource('RoutingPolicy', { rules: 'none' })],
    ['no spec', resource('RoutingPolicy', undefined)],
    ['a null', resource('PromptTemplate', { versions: [null] })],
  ])('because of %s is returned as it is', (_, one) => {
    const upgraded = upgradeResource(one)
    expect(upgraded.resource).toBe(one)
    expect(upgraded.changes).toEqual([])
  })

  it('is not changed by an upgrade of its copy', () => {
    const one = retrying({ on: ['Timeout'] })
    upgradeResource(one)
    expect(one).toEqual(retrying({ on: ['Timeout'] }))
  })
})
