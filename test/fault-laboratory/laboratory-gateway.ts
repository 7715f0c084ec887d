import { silentLogger, systemClock } from '@fairlead/base'
import { compile, CurrentResources } from '@fairlead/config'
import { createConversations, createMemoryStore } from '@fairlead/context'
import {
  type CallOutcome,
  callPolicies,
  type CreateCallPolicy,
  type Gateway,
  startGateway,
} from '@fairlead/gateway'
import type { KubernetesObject } from '@fairlead/kube-core'
import type { Snapshot } from '@fairlead/snapshot'
import { testCapabilities } from '@fairlead/snapshot/testing'
import { Registry } from 'prom-client'

export interface Target {
  readonly name: 'first' | 'second'
  readonly type: string
  readonly baseURL: string
  readonly timeouts: Readonly<Record<string, string>>
}

interface LaboratoryGateway extends AsyncDisposable {
  readonly gateway: Gateway
  /** The records of the calls that have ended. */
  readonly outcomes: readonly CallOutcome[]
  /** Everything that was logged, as text. */
  readonly logged: readonly string[]
}

/** A gateway in this process whose one rule tries these targets in order, each with a key. */
export async function startLaboratoryGateway(
  targets: readonly Target[],
): Promise<LaboratoryGateway> {
  const snapshot = compiled(targets)
  const outcomes: CallOutcome[] = []
  const logged: string[] = []
  const log = (...line: unknown[]) => void logged.push(JSON.stringify(line))
  const record: CreateCallPolicy = () => ({
    name: 'record',
    stage: 'admission',
    enter: () => ({ settle: (outcome) => void outcomes.push(outcome) }),
  })
  const gateway = await startGateway({
    listen: { host: '127.0.0.1', port: 0 },
    snapshots: { current: () => snapshot, subscribe: () => () => {} },
    secrets: { get: ({ name }) => `sk-laboratory-${name}`, subscribe: () => () => {} },
    openStore: () =>
      createConversations({
        store: createMemoryStore({ clock: systemClock, ttlMs: undefined }),
        clock: systemClock,
        random: Math.random,
      }),
    policies: [...callPolicies, record],
    registry: new Registry(),
    logger: { ...silentLogger, info: log, warn: log, error: log },
  })
  return { gateway, outcomes, logged, [Symbol.asyncDispose]: () => gateway.drain(0) }
}

function compiled(targets: readonly Target[]): Snapshot {
  const resources = [
    resource('LLMGateway', 'default', {
      auth: { mode: 'Disabled' },
      egress: { privateNetworks: 'Allow' },
    }),
    ...targets.map(({ name, type, baseURL, timeouts }) =>
      resource('LLMProvider', name, {
        type,
        baseURL,
        timeouts,
        credentials: [{ name: 'main', secretRef: { name } }],
      }),
    ),
    resource('RoutingPolicy', 'all', {
      rules: [
        {
          name: 'all',
          strategy: 'Priority',
          retry: { attempts: targets.length - 1 },
          targets: targets.map(({ name }) => ({ name, providerRef: { name } })),
        },
      ],
    }),
  ]
  const current = new CurrentResources(
    <T extends KubernetesObject>({ kind }: { readonly kind: string }) =>
      resources.filter((one) => one.kind === kind) as readonly KubernetesObject[] as readonly T[],
  )
  const result = compile(current, { capabilities: testCapabilities })
  const snapshot = result.snapshots.get('default/default')
  if (snapshot === undefined) throw new Error(JSON.stringify(result.conditions))
  return snapshot
}

function resource(kind: string, name: string, spec: object): KubernetesObject {
  const metadata = { name, namespace: 'default', generation: 1 }
  return { apiVersion: 'fairlead.dev/v1alpha1', kind, metadata, spec }
}
