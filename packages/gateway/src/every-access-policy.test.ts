import { SeededRandom } from '@fairlead/base/testing'
import type { AccessPolicySettings } from '@fairlead/snapshot'
import { expect, it } from 'vitest'
import { policyOf } from './test-support/access-policy.ts'
import { consumerOf, simulatorOf, snapshotOf, type SnapshotParts } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const models = ['small', 'smaller', 'large', 'Large', 'huge']
const patterns = ['small', 'small*', 'large', 'l*', '*', 'absent', 'huge', 'Large*']
const callers = [
  { name: 'ada', groups: ['research', 'staff'], access: ['*'] },
  { name: 'bob', groups: ['sales'], access: ['small*', 'huge'] },
  { name: 'eve', groups: [], access: ['*'] },
]
const providers: Readonly<Record<string, readonly string[]>> = {
  one: models,
  two: ['small', 'large'],
}

/** As simple as the documentation has it, and shares nothing with what it judges. */
function mayUse(
  caller: (typeof callers)[number],
  model: string,
  policies: readonly AccessPolicySettings[],
): boolean {
  const fits = (names: readonly string[], name: string) =>
    names.some((one) =>
      one.endsWith('*') ? name.startsWith(one.slice(0, one.length - 1)) : one === name,
    )
  const isFor = ({ subjects }: AccessPolicySettings) => {
    const inAny = (names: readonly string[]) => caller.groups.filter((one) => names.includes(one))
    return (
      (subjects.groups.length === 0 || inAny(subjects.groups).length > 0) &&
      inAny(subjects.notGroups).length === 0 &&
      (subjects.consumers.length === 0 || subjects.consumers.includes(`default/${caller.name}`))
    )
  }
  const permits = (kind: 'models' | 'providers', name: string, provider?: string) => {
    const here = policies.filter(
      ({ mode, resources, targets: [target] }) =>
        mode === 'Enforce' &&
        resources[kind].length > 0 &&
        (target?.kind === 'LLMGateway' ||
          (target?.kind === 'Consumer' && target.key === `default/${caller.name}`) ||
          (target?.kind === 'LLMProvider' && target.key === provider)),
    )
    const of = (action: string) => here.filter((policy) => policy.action === action)
    const holds = (policy: AccessPolicySettings) =>
      isFor(policy) && fits(policy.resources[kind], name)
    return !of('Deny').some(holds) && (of('Allow').length === 0 || of('Allow').some(holds))
  }
  const isReachable = Object.entries(providers).some(([name, served]) => {
    const key = `default/${name}`
    return served.includes(model) && permits('providers', key, key) && permits('models', model, key)
  })
  return fits(caller.access, model) && permits('models', model) && isReachable
}

function randomPolicy(random: SeededRandom, index: number): AccessPolicySettings {
  const some = (from: readonly string[], share: number) => from.filter(() => random.chance(share))
  const aboutProviders = random.chance(0.25)
  return policyOf(`p${index}`, {
    action: random.pick(['Deny', 'Deny', 'Allow'] as const),
    mode: random.chance(0.2) ? 'Shadow' : 'Enforce',
    targets: [
      random.pick([
        { kind: 'LLMGateway', key: 'default/default' },
        { kind: 'LLMGateway', key: 'default/default' },
        { kind: 'LLMGateway', key: 'default/default' },
        { kind: 'Consumer', key: 'default/bob' },
        { kind: 'LLMProvider', key: 'default/one', model: undefined },
      ] as const),
    ],
    subjects: {
      groups: some(['research', 'staff', 'sales'], 0.2),
      notGroups: some(['research', 'staff', 'sales'], 0.2),
      consumers: some(['default/ada', 'default/eve'], 0.15),
    },
    resources: aboutProviders
      ? { providers: [random.pick(['default/one', 'default/two', 'default/*'])] }
      : { models: [random.pick(patterns), random.pick(patterns)] },
  })
}

it('decides as its documentation says, for calls and lists of every dialect alike', async () => {
  const snapshot: SnapshotParts = {
    gateway: { auth: 'Required' },
    providers: Object.entries(providers).map(([name, served]) => ({
      ...simulatorOf(name),
      models: served.map((model) => ({
        name: model,
        aliases: [],
        contextWindow: undefined,
        maxOutputTokens: undefined,
        capabilities: [],
      })),
    })),
    consumers: callers.map(({ access, groups, name }) =>
      consumerOf(name, {
        groups,
        access: { models: access, promptTemplates: [], personas: [], contextStrategies: [] },
      }),
    ),
  }
  const secrets = Object.fromEntries(callers.map(({ name }) => [name, name]))
  const gateway = await testGateway({ ...snapshot, secrets })
  const random = new SeededRandom(7)
  let [granted, refused] = [0, 0]
  for (let round = 0; round < 30; round += 1) {
    const count = random.below(5)
    const accessPolicies = Array.from({ length: count }, (_, index) => randomPolicy(random, index))
    gateway.snapshots.set(snapshotOf({ ...snapshot, hash: `sha256:${round}`, accessPolicies }))
    for (const caller of callers) {
      const headers = { 'x-api-key': caller.name }
      const get = async (path: string) =>
        (await (await fetch(`${gateway.url}${path}`, { headers })).json()) as Record<string, never>
      const expected = models.filter((model) => mayUse(caller, model, accessPolicies)).toSorted()
      const called = await Promise.all(
        models.map(async (model) => {
          const messages = [{ role: 'user', content: 'hi' }]
          const response = await gateway.chat({ model, messages, max_tokens: 1 }, headers)
          const answer = await response.text()
          if (response.status === 200) return [model]
          expect([response.status, answer]).toEqual([404, expect.stringContaining('not_found')])
          return []
        }),
      )
      const about = JSON.stringify([caller, accessPolicies])
      expect(called.flat().toSorted(), about).toEqual(expected)
      const names = (list: readonly object[], field: string) =>
        list.map((one) => Reflect.get(one, field) as string).toSorted()
      expect(names((await get('/v1/models'))['data'] ?? [], 'id'), about).toEqual(expected)
      expect(names((await get('/api/tags'))['models'] ?? [], 'name'), about).toEqual(expected)
      const listed = names((await get('/v1beta/models'))['models'] ?? [], 'name')
      expect(listed, about).toEqual(expected.map((model) => `models/${model}`))
      granted += expected.length
      refused += models.length - expected.length
    }
  }
  expect(granted).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(100)
})
