import { describe, expect, it } from 'vitest'
import type { Snapshot } from '@fairlead/snapshot'
import { exampleGateway } from './test-support/example-gateway.ts'
import { networkPolicyOf } from './network-policy.ts'

const configuration = {
  gateway: { state: { type: 'Redis' }, telemetry: { endpoint: 'http://collector:4318/v1/traces' } },
  providers: new Map([
    ['team/a', { baseURL: 'https://api.openai.com/v1', proxyURL: undefined }],
    ['team/b', { baseURL: 'http://ollama.models.svc:11434/v1', proxyURL: 'http://proxy:3128' }],
  ]),
  conversationStores: new Map(),
} as unknown as Snapshot

describe('the NetworkPolicy', () => {
  it('lets the replicas connect to what the configuration names, and to nothing else', () => {
    const policy = networkPolicyOf(
      exampleGateway({ networkPolicy: { egressPorts: [6390] } }),
      configuration,
    )
    const ports = policy?.spec?.egress?.map((rule) => rule.ports?.map(({ port }) => port))
    expect(ports).toEqual([
      [53, 53],
      [443, 3128, 4318, 6379, 6380, 6390, 6443, 11434],
    ])
  })

  it('lets them connect to the servers of conversation stores', () => {
    const conversationStores = new Map([
      ['team/a', { type: 'SQLite' }],
      ['team/b', { type: 'Redis' }],
      ['team/c', { type: 'Postgres' }],
    ])
    const state = { ...configuration.gateway, state: { type: 'InProcess' } }
    const policy = networkPolicyOf(exampleGateway({}), {
      ...configuration,
      gateway: state,
      conversationStores,
    } as unknown as Snapshot)
    const [, ports] = policy?.spec?.egress ?? []
    expect(ports?.ports?.map(({ port }) => port)).toEqual([
      443, 3128, 4318, 5432, 6379, 6380, 6443, 11434,
    ])
  })

  it('lets them connect to all pods where an InferencePool is that the configuration names', () => {
    const pool = (namespace: string) => ({
      baseURL: `http://llama.${namespace}.inferencepool:1234/v1`,
      endpointPool: { namespace, name: 'llama' },
    })
    const providers = new Map([
      ['team/a', pool('models')],
      ['team/b', pool('models')],
      ['team/c', pool('gpus')],
    ])
    const policy = networkPolicyOf(exampleGateway({}), {
      ...configuration,
      providers,
    } as unknown as Snapshot)
    const [, ports, ...pools] = policy?.spec?.egress ?? []
    expect(ports?.ports?.map(({ port }) => port)).not.toContain(1234)
    expect(pools).toEqual(
      ['gpus', 'models'].map((namespace) => ({
        to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }],
      })),
    )
  })

  it('lets everybody call and the cluster read metrics, or those who are named', () => {
    const everybody = networkPolicyOf(exampleGateway({}), undefined)?.spec?.ingress
    expect(everybody?.map(({ from }) => from)).toEqual([undefined, [{ namespaceSelector: {} }]])
    const apps = { namespaceSelector: { matchLabels: { team: 'apps' } } }
    const monitoring = { namespaceSelector: { matchLabels: { team: 'monitoring' } } }
    const networkPolicy = { from: [apps], monitoringFrom: [monitoring] }
    const named = networkPolicyOf(exampleGateway({ networkPolicy }), undefined)?.spec?.ingress
    expect(named?.map(({ from }) => from)).toEqual([[apps], [monitoring]])
  })

  it('is not made when it is not wanted', () => {
    expect(networkPolicyOf(exampleGateway({ networkPolicy: { enabled: false } }), undefined)).toBe(
      undefined,
    )
  })
})
