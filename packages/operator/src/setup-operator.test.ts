import { compile } from '@fairlead/config'
import type { KubernetesObject, ResourceType, TypedObject } from '@fairlead/kube-core'
import { afterEach, describe, expect, it } from 'vitest'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { resource, startOperator, type RunningOperator } from './test-support/start-operator.ts'

const gateway = resource('LLMGateway', 'default', {})
const provider = resource('LLMProvider', 'simulator', { type: 'Simulator' })
const policy = resource('RoutingPolicy', 'main', {
  gatewayRefs: [{ name: 'default' }],
  rules: [{ name: 'all', targets: [{ name: 't', providerRef: { name: 'simulator' } }] }],
})
const store = resource('ConversationStore', 'local', { type: 'Memory' })
const everything = [
  gateway,
  provider,
  policy,
  store,
  resource('PromptTemplate', 'p', {
    versions: [{ name: '1', messages: [{ role: 'user', content: 'Hi' }] }],
  }),
  resource('Persona', 'helpful', { instructions: 'Help.' }),
  resource('ContextStrategy', 'full', {}),
  resource('Consumer', 'app', {}),
]

const started: RunningOperator[] = []
async function start(objects: readonly KubernetesObject[]): Promise<RunningOperator> {
  const operator = await startOperator(objects)
  started.push(operator)
  return operator
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((operator) => operator.stop()))
})

function withoutSpec({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata }
}

/** The hash that a replica has when it runs what is configured now. */
function currentHash({ api }: RunningOperator, objects: readonly KubernetesObject[]): string {
  const list = <T extends TypedObject>({ kind }: ResourceType<T>) =>
    objects
      .filter((one) => one.kind === kind)
      .map((one) =>
        api.get(kind, one.metadata.name ?? ''),
      ) as readonly TypedObject[] as readonly T[]
  return compile({ list }, { capabilities }).snapshots.get('default/default')?.hash ?? ''
}

describe('conditions', () => {
  it('are written for every kind, with the generation and the time', async () => {
    const operator = await start(everything)
    const { api } = operator
    for (const { kind, metadata } of everything) {
      expect(operator.condition(kind, metadata.name ?? '', 'Accepted')).toMatchObject({
        status: 'True',
        reason: 'Accepted',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      })
      expect(operator.condition(kind, metadata.name ?? '', 'ResolvedRefs')?.status).toBe('True')
      expect(api.get(kind, metadata.name ?? '').status).toMatchObject({ observedGeneration: 1 })
    }
    expect(api.get('PromptTemplate', 'p').status).toMatchObject({ activeVersions: ['1'] })
    expect(api.get('RoutingPolicy', 'main').status).toMatchObject({
      gateways: [
        {
          gatewayRef: { name: 'default' },
          controllerName: 'fairlead.dev/gateway-controller',
          conditions: [{ type: 'Accepted', status: 'True' }, { type: 'ResolvedRefs' }],
        },
      ],
    })
  })

  it('say that a gateway is not run where nothing runs gateways', async () => {
    const operator = await start([resource('LLMGateway', 'default', { deployment: {} })])
    expect(operator.condition('LLMGateway', 'default', 'Deployed')).toMatchObject({
      status: 'False',
      reason: 'NotRunHere',
    })
    const elsewhere = await start([gateway])
    expect(elsewhere.condition('LLMGateway', 'default', 'Deployed')).toBe(undefined)
  })

  it('follow changes of other resources', async () => {
    const operator = await start([gateway, policy])
    expect(operator.condition('RoutingPolicy', 'main', 'ResolvedRefs')).toMatchObject({
      status: 'False',
      reason: 'RefNotFound',
    })
    operator.api.put(provider)
    await operator.settle()
    expect(operator.condition('RoutingPolicy', 'main', 'ResolvedRefs')?.status).toBe('True')
    operator.api.delete('LLMProvider', { namespace: 'default', name: 'simulator' })
    await operator.settle()
    expect(operator.condition('RoutingPolicy', 'main', 'ResolvedRefs')?.status).toBe('False')
  })

  it('are written only when they change, and keep the time while their status stays', async () => {
    const operator = await start(everything)
    const written = operator.api.writes.length
    await operator.clock.advance(10_000)
    await operator.settle()
    expect(operator.api.writes.length).toBe(written)

    operator.api.put(
      resource('LLMProvider', 'simulator', {
        type: 'Simulator',
        simulator: { failure: { percent: 3 } },
      }),
    )
    await operator.settle()
    expect(operator.condition('LLMProvider', 'simulator', 'Accepted')).toMatchObject({
      status: 'True',
      reason: 'PartiallySupported',
      observedGeneration: 2,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    })
    operator.api.put(resource('LLMProvider', 'simulator', { type: 'Cohere' }))
    await operator.settle()
    const accepted = operator.condition('LLMProvider', 'simulator', 'Accepted')
    expect(accepted).toMatchObject({ status: 'False', reason: 'Invalid', observedGeneration: 3 })
    expect(accepted?.lastTransitionTime).not.toBe('2026-01-01T00:00:00Z')
  })

  it('are put back when somebody else changes them', async () => {
    const operator = await start([gateway, provider])
    const other = {
      type: 'Accepted',
      status: 'False' as const,
      reason: 'Other',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }
    operator.api.applyStatus(
      { ...withoutSpec(provider), status: { conditions: [other] } },
      { fieldManager: 'somebody', force: true },
    )
    await operator.settle()
    expect(operator.condition('LLMProvider', 'simulator', 'Accepted')?.status).toBe('True')
  })

  it('are tried again after a failed write', async () => {
    const operator = await start([gateway])
    let failures = 2
    operator.api.beforeWrite = () => {
      if (failures-- > 0) throw new Error('the server is away')
    }
    operator.api.put(provider)
    await operator.clock.advance(1000)
    await operator.settle()
    expect(operator.condition('LLMProvider', 'simulator', 'Accepted')?.status).toBe('True')
  })
})

describe('events', () => {
  it('tell once that a resource is not accepted', async () => {
    const operator = await start([gateway, resource('LLMProvider', 'b', { type: 'Cohere' })])
    await operator.settle()
    expect(operator.api.events).toMatchObject([
      {
        type: 'Warning',
        reason: 'Invalid',
        action: 'Accepted',
        regarding: { kind: 'LLMProvider', name: 'b' },
        note: expect.stringContaining('Cohere'),
      },
    ])
  })

  it('tell that a gateway lost its replicas, not that they catch up', async () => {
    const operator = await start([gateway])
    operator.report('one', { configHash: currentHash(operator, [gateway]) })
    await operator.settle()
    operator.report('one', { configHash: 'sha256:other' })
    await operator.settle()
    expect(operator.api.events).toEqual([])
    await operator.clock.advance(70_000)
    await operator.settle()
    expect(operator.api.events).toMatchObject([{ reason: 'NoReplicas', action: 'Programmed' }])
  })
})

describe('Programmed', () => {
  it('is true only when every live replica runs what is configured now', async () => {
    const operator = await start([gateway])
    const programmed = () => operator.condition('LLMGateway', 'default', 'Programmed')
    expect(programmed()).toMatchObject({ status: 'False', reason: 'NoReplicas' })

    const hash = currentHash(operator, [gateway])
    operator.report('one', { configHash: hash })
    operator.report('two', { configHash: 'sha256:old' })
    await operator.settle()
    expect(programmed()).toMatchObject({
      status: 'False',
      reason: 'Pending',
      message: `1 of 2 replicas run ${hash.slice(0, 19)}; waiting for two`,
    })
    operator.report('two', { configHash: hash })
    await operator.settle()
    expect(programmed()).toMatchObject({ status: 'True', reason: 'Programmed' })

    operator.api.put(provider)
    await operator.settle()
    expect(programmed()).toMatchObject({ status: 'False', reason: 'Pending' })
    for (const replica of ['one', 'two']) {
      operator.report(replica, { configHash: currentHash(operator, [gateway, provider]) })
    }
    await operator.settle()
    expect(programmed()).toMatchObject({ status: 'True', reason: 'Programmed' })
  })

  it('is Invalid for a gateway that is not accepted', async () => {
    const broken = resource('LLMGateway', 'default', { limits: { requestTimeout: 'soon' } })
    const operator = await start([broken])
    expect(operator.condition('LLMGateway', 'default', 'Programmed')?.reason).toBe('Invalid')
  })

  it('forgets replicas that fell silent and leaves the others their entries', async () => {
    const operator = await start([gateway])
    const hash = currentHash(operator, [gateway])
    operator.report('silent', { configHash: 'sha256:old' })
    operator.report('alive', { configHash: hash })
    await operator.settle()
    for (let turn = 0; turn < 4; turn++) {
      await operator.clock.advance(20_000)
      operator.report('alive', { configHash: hash })
      await operator.settle()
    }
    const { status, metadata } = operator.api.get('LLMGateway', 'default')
    expect(status).toMatchObject({ replicas: [{ name: 'alive' }] })
    expect(operator.condition('LLMGateway', 'default', 'Programmed')?.status).toBe('True')
    const owned = metadata.managedFields?.find(({ manager }) => manager === 'fairlead-operator')
    expect(JSON.stringify(owned?.fieldsV1)).not.toContain('replicas')
  })

  it('writes nothing for a heartbeat', async () => {
    const operator = await start([gateway])
    const report = () => operator.report('one', { configHash: currentHash(operator, [gateway]) })
    report()
    await operator.settle()
    const applies = () => operator.api.writes.length
    const before = applies()
    await operator.clock.advance(20_000)
    report()
    await operator.settle()
    // the heartbeat itself is one write
    expect(applies()).toBe(before + 1)
  })
})

describe('what replicas report', () => {
  const problem = (kind: string, name: string, reason: string, message: string) => ({
    problems: [{ kind, namespace: 'default', name, reason, message }],
  })

  it('becomes ResolvedRefs of the resource, and goes with the problem', async () => {
    const operator = await start([gateway, provider])
    const refs = () => operator.condition('LLMProvider', 'simulator', 'ResolvedRefs')
    operator.report('b', problem('LLMProvider', 'simulator', 'SecretKeyMissing', 'no key "x"'))
    operator.report('a', problem('LLMProvider', 'simulator', 'SecretKeyMissing', 'no key "x"'))
    await operator.settle()
    expect(refs()).toMatchObject({
      status: 'False',
      reason: 'SecretKeyMissing',
      message: 'no key "x" (replica a, b)',
    })
    operator.report('a')
    operator.report('b')
    await operator.settle()
    expect(refs()?.status).toBe('True')
  })

  it('becomes Available of a store', async () => {
    const operator = await start([gateway, store])
    operator.report('a', problem('ConversationStore', 'local', 'StoreUnavailable', 'disk full'))
    await operator.settle()
    expect(operator.condition('ConversationStore', 'local', 'Available')).toMatchObject({
      status: 'False',
      reason: 'StoreUnavailable',
      message: 'disk full (replica a)',
    })
  })

  it('becomes Healthy of a provider, by the worst that a live replica says', async () => {
    const operator = await start([gateway, provider])
    const healthy = () => operator.condition('LLMProvider', 'simulator', 'Healthy')
    const health = (state: string) => ({
      providers: [{ namespace: 'default', name: 'simulator', health: state, message: 'so' }],
    })
    expect(healthy()).toMatchObject({ status: 'Unknown', reason: 'Unknown' })
    operator.report('a', health('Healthy'))
    operator.report('b', health('Unknown'))
    await operator.settle()
    expect(healthy()).toMatchObject({ status: 'True', reason: 'Healthy' })
    operator.report('b', health('RateLimited'))
    operator.report('c', health('Unauthorized'))
    await operator.settle()
    expect(healthy()).toMatchObject({ status: 'False', reason: 'Unauthorized' })
    operator.report('c')
    await operator.settle()
    expect(healthy()).toMatchObject({
      status: 'False',
      reason: 'RateLimited',
      message: 'so (replica b)',
    })
    operator.report('b', health('Healthy'))
    await operator.settle()
    expect(healthy()?.status).toBe('True')
  })
})
