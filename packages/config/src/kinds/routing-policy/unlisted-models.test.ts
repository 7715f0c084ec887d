import { expect, it } from 'vitest'
import { compileResources, conditionsOf, resourceSet } from '../../test-support/resources.ts'

const gateway = { kind: 'LLMGateway', spec: {} }
const provider = (models: readonly object[]) => ({
  kind: 'LLMProvider',
  name: 'openai',
  spec: { type: 'OpenAI', models },
})
const route = (target: object, match: object = {}) => ({
  kind: 'RoutingPolicy',
  name: 'chat',
  spec: {
    gatewayRefs: [{ name: 'default' }],
    rules: [
      {
        name: 'large',
        match,
        targets: [{ name: 'a', providerRef: { name: 'openai' }, ...target }],
      },
    ],
  },
})
const acceptedOf = (models: readonly object[], target: object, match?: object) => {
  const resources = resourceSet([gateway, provider(models), route(target, match)])
  return conditionsOf(compileResources(resources), 'RoutingPolicy', 'default/chat').Accepted
}
const listed = [{ name: 'gpt-4o', aliases: ['large'] }, { name: 'gpt-4o-mini' }]

it('a model that the provider of a target does not list is told, with those that it lists', () => {
  expect(acceptedOf(listed, { model: 'gpt-5' })).toEqual({
    type: 'Accepted',
    status: 'True',
    reason: 'ModelNotListed',
    message:
      'Accepted, but rule large, target a: LLMProvider default/openai does not list model "gpt-5", ' +
      'only gpt-4o, large, gpt-4o-mini; correct the name, or add the model to spec.models of the provider',
  })
})

it('so is one that calls name and no target renames', () => {
  const accepted = acceptedOf(listed, {}, { models: ['gpt-4o', 'assistant', 'o*'] })
  expect(accepted?.message).toMatch(/does not list model "assistant", only/)
  expect(accepted?.message).not.toMatch(/"gpt-4o"|"o\*"/)
})

it.each<[string, readonly object[], object]>([
  ['a listed model', listed, { model: 'gpt-4o-mini' }],
  ['an alias', listed, { model: 'large' }],
  ['a provider that lists none', [], { model: 'anything' }],
])('nothing is said of %s', (_, models, target) => {
  expect(acceptedOf(models, target)?.reason).toBe('Accepted')
})

it('of many models that are listed, ten are named', () => {
  const many = Array.from({ length: 12 }, (_, index) => ({ name: `m${index}` }))
  expect(acceptedOf(many, { model: 'x' })?.message).toContain(
    'only m0, m1, m2, m3, m4, m5, m6, m7, m8, m9 and 2 more;',
  )
})
