import { expect, it } from 'vitest'
import { createCompiler } from './compiler.ts'
import {
  compileResources,
  conditionsOf,
  resourceSet,
  type Described,
} from './test-support/resources.ts'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'

const gateway = (providers: readonly string[] = []): Described => ({
  kind: 'LLMGateway',
  spec: { defaults: { providers: providers.map((name) => ({ name })) } },
})
const provider: Described = { kind: 'LLMProvider', name: 'spare', spec: { type: 'Simulator' } }
const route = (rule: object, created?: string): Described => ({
  kind: 'RoutingPolicy',
  name: created === undefined ? 'route' : 'loser',
  ...(created !== undefined && { created }),
  spec: { gatewayRefs: [{ name: 'default' }], rules: [{ name: 'only', ...rule }] },
})
const target = { name: 't', providerRef: { name: 'spare' } }

const acceptedOf = (...described: readonly Described[]) =>
  conditionsOf(
    compileResources(resourceSet([...described, provider])),
    'LLMProvider',
    'default/spare',
  ).Accepted

const unused = {
  type: 'Accepted',
  status: 'True',
  reason: 'Unused',
  message:
    'Accepted, but it gets no calls: no rule in force of a RoutingPolicy and no spec.defaults.providers ' +
    'of an LLMGateway names it; name it in one of them, or remove it',
}

it('a provider that nothing routes to says so', () => {
  expect(acceptedOf(gateway())).toEqual(unused)
})

it.each<[string, readonly Described[]]>([
  ['a default of the gateway', [gateway(['spare'])]],
  ['a target', [gateway(), route({ targets: [target] })]],
  [
    'a mirror',
    [
      gateway(['other']),
      { ...provider, name: 'other' },
      route({
        targets: [{ name: 't', providerRef: { name: 'other' } }],
        mirror: { providerRef: { name: 'spare' }, percent: 5 },
      }),
    ],
  ],
])('one that is %s does not', (_, described) => {
  expect(acceptedOf(...described)?.reason).toBe('Accepted')
})

it('one whose only rule lost to another is not in use', () => {
  const other: Described = { ...provider, name: 'other' }
  const winner = route({ targets: [{ name: 't', providerRef: { name: 'other' } }] })
  expect(
    acceptedOf(gateway(), other, winner, route({ targets: [target] }, '2027-01-01T00:00:00Z')),
  ).toEqual(unused)
})

it('is told as routes come and go', () => {
  const compiler = createCompiler({ capabilities })
  const reason = (...described: readonly Described[]) =>
    conditionsOf(
      compiler.compile(resourceSet([...described, provider])),
      'LLMProvider',
      'default/spare',
    ).Accepted?.reason
  expect(reason(gateway())).toBe('Unused')
  expect(reason(gateway(), route({ targets: [target] }))).toBe('Accepted')
  expect(reason(gateway())).toBe('Unused')
})
