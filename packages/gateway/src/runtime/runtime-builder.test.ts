import { FakeClock } from '@fairlead/base/testing'
import type { Snapshot } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { ServiceAccountTokens } from '../access/tokens/service-account-tokens.ts'
import { TokenIssuers } from '../access/tokens/token-issuers.ts'
import { noIdentityEnvironment } from '../identity/identity-environment.ts'
import { providerTypes } from '../providers/provider-types.ts'
import { routingStrategies } from '../routing/routing-strategies.ts'
import {
  consumerOf,
  keyedProvider,
  promptOf,
  routeOf,
  simulatorOf,
  snapshotOf,
} from '../test-support/snapshot.ts'
import { TestSecrets } from '../test-support/sources.ts'
import { CredentialStates } from '../upstream/credential-states.ts'
import { ProviderState } from '../upstream/provider-state.ts'
import { UpstreamPools } from '../upstream/upstream-pools.ts'
import { RuntimeBuilder } from './runtime-builder.ts'

/** Pools that count who uses an origin. */
class CountingPools extends UpstreamPools {
  readonly users = new Map<string, number>()

  constructor() {
    super(() => Promise.resolve([]), new FakeClock())
  }

  override acquire(route: Parameters<UpstreamPools['acquire']>[0]) {
    const { origin } = route
    const { transport, release } = super.acquire(route)
    this.users.set(origin, (this.users.get(origin) ?? 0) + 1)
    return {
      transport,
      release: () => {
        this.users.set(origin, (this.users.get(origin) ?? 0) - 1)
        release()
      },
    }
  }
}

function builderWith(secrets: TestSecrets) {
  const pools = new CountingPools()
  const clock = new FakeClock()
  const builder = new RuntimeBuilder({
    secrets,
    pools,
    endpointPools: {
      open: () => {
        throw new Error('no provider has a pool')
      },
    },
    providerTypes,
    routingStrategies,
    clock,
    tokenIssuers: new TokenIssuers({
      secrets,
      pools,
      clock,
      serviceAccounts: new ServiceAccountTokens(undefined, clock),
      changed: () => undefined,
    }),
    identity: {
      environment: noIdentityEnvironment,
      readFile: () => Promise.reject(new Error('no file')),
    },
    stateOf: ({ health }) => new ProviderState(clock, health, () => {}),
    credentialStates: new CredentialStates(clock, () => {}),
    onConditionFailure: () => undefined,
    onAccessConditionFailure: () => undefined,
    callCounter: () => ({ calls: 0 }),
  })
  secrets.subscribe(() => builder.secretsChanged())
  return { pools, builder }
}

const one = keyedProvider('one', { baseURL: 'http://one.test/v1', models: [model('a')] })
const two = keyedProvider('two', { baseURL: 'http://two.test/v1' })
const route = routeOf('named', [{ provider: 'one' }], { match: { models: ['a'] } })
const complete = snapshotOf({
  providers: [one, two, simulatorOf('simulator')],
  routes: [route],
  consumers: [consumerOf('app'), consumerOf('other')],
  prompts: [promptOf('p', [{ version: '1', model: 'b' }], { path: '/p' })],
})
const secretValues = { one: 'sk-1', two: 'sk-2', app: 'key-app', other: 'key-other' }

function model(name: string) {
  return {
    name,
    aliases: [],
    contextWindow: undefined,
    maxOutputTokens: undefined,
    capabilities: [],
  }
}

/** As the compiler does it: what is not named stays the same object. */
const changed = (snapshot: Snapshot, parts: Partial<Snapshot>): Snapshot => ({
  ...snapshot,
  ...parts,
  hash: `${snapshot.hash}+`,
})

describe('building runtimes one after the other', () => {
  it('keeps what a change does not concern', () => {
    const { builder } = builderWith(new TestSecrets(secretValues))
    const before = builder.build(complete)
    const other = { ...two, baseURL: 'http://other.test/v1' }
    const providers = new Map(complete.providers).set('default/two', other)
    const after = builder.build(changed(complete, { providers }))
    expect(after.providers.get('default/one')).toBe(before.providers.get('default/one'))
    expect(after.providers.get('default/two')?.settings).toBe(other)
    expect(after.access).toBe(before.access)
    expect(after.routes).toBe(before.routes)
    expect(after.promptsByPath).toBe(before.promptsByPath)
    expect(['a', 'b', 'c'].map((name) => after.modelNames.has(name))).toEqual([true, true, false])
  })

  it('is the same runtime while nothing changes, also when an unused Secret does', () => {
    const secrets = new TestSecrets(secretValues)
    const { builder } = builderWith(secrets)
    const runtime = builder.build(complete)
    expect(builder.build(complete)).toBe(runtime)
    secrets.set('unrelated', 'x')
    expect(builder.build(complete)).toBe(runtime)
  })

  it('builds again what refers to a Secret that changes', () => {
    const secrets = new TestSecrets(secretValues)
    const { builder, pools } = builderWith(secrets)
    const before = builder.build(complete)
    secrets.set('one', 'sk-new')
    secrets.set('app', 'key-new')
    const after = builder.build(complete)
    before.retire()
    const provider = after.providers.get('default/one')
    expect(provider?.credentials).toMatchObject([{ value: 'sk-new' }])
    expect(provider?.transport).toBe(before.providers.get('default/one')?.transport)
    expect(after.providers.get('default/two')).toBe(before.providers.get('default/two'))
    expect(after.access.keys.find('key-app')).toBeUndefined()
    expect(after.access.keys.find('key-new')?.caller.name).toBe('app')
    expect(after.access.keys.find('key-other')?.caller).toBe(
      before.access.keys.find('key-other')?.caller,
    )
    expect(pools.users).toEqual(
      new Map([
        ['http://one.test', 1],
        ['http://two.test', 1],
      ]),
    )
  })

  it('says which Secrets have no value, for as long as they have none', () => {
    const secrets = new TestSecrets({ ...secretValues, one: ' ' })
    const { builder } = builderWith(secrets)
    secrets.set('other', undefined)
    const names = () => builder.build(complete).problems.map(({ kind, name }) => `${kind} ${name}`)
    expect(names()).toEqual(['LLMProvider one', 'Consumer other'])
    secrets.set('one', 'sk-1')
    expect(names()).toEqual(['Consumer other'])
  })
})

describe('the connections of a provider', () => {
  const without = changed(complete, { providers: new Map([['default/two', two]]) })

  it('stay open while any call uses a runtime that has it', () => {
    const { builder, pools } = builderWith(new TestSecrets(secretValues))
    const before = builder.build(complete)
    before.acquire()
    builder.build(without)
    before.retire()
    expect(pools.users.get('http://one.test')).toBe(1)
    before.release()
    expect(pools.users).toEqual(
      new Map([
        ['http://one.test', 0],
        ['http://two.test', 1],
      ]),
    )
  })

  it('are opened again after they were closed', () => {
    const { builder, pools } = builderWith(new TestSecrets(secretValues))
    const first = builder.build(complete)
    const second = builder.build(without)
    first.retire()
    builder.build(complete)
    second.retire()
    expect(pools.users).toEqual(
      new Map([
        ['http://one.test', 1],
        ['http://two.test', 1],
      ]),
    )
  })

  it('are others when the gateway changes what may be connected to', () => {
    const { builder } = builderWith(new TestSecrets(secretValues))
    const before = builder.build(complete)
    const gateway = { ...complete.gateway, allowPrivateNetworks: false }
    const after = builder.build(changed(complete, { gateway }))
    expect(after.providers.get('default/one')?.transport).not.toBe(
      before.providers.get('default/one')?.transport,
    )
  })

  it('are not opened for a configuration that cannot be run', () => {
    const { builder, pools } = builderWith(new TestSecrets(secretValues))
    const providers = new Map(complete.providers).set('default/x', { ...one, type: 'Nothing' })
    expect(() => builder.build(changed(complete, { providers }))).toThrow(
      'no provider type Nothing',
    )
    expect(pools.users.size).toBe(0)
  })
})

it('indexes more Consumers than a function takes arguments', () => {
  const { builder } = builderWith(new TestSecrets({}))
  const consumers = Array.from({ length: 200_000 }, () => consumerOf('many', { apiKeys: [] }))
  expect(() => builder.build({ ...complete, consumers })).not.toThrow()
})
