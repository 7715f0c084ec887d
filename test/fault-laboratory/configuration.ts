import { definitions } from '@fairlead/api'
import { compile } from '@fairlead/config'
import { applyDefaults, type KubernetesObject, type TypedObject } from '@fairlead/kube-core'
import type { Snapshot } from '@fairlead/snapshot'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'

/** The key of the laboratory's caller. */
export const callerKey = 'sk-caller-0123456789abcdef'
/** The keys of its providers, by the names of their Secrets. */
export const providerKeys: Readonly<Record<string, string>> = {
  faulty: 'sk-faulty-0123456789abcdef',
  good: 'sk-good-0123456789abcdef',
  caller: callerKey,
}

/** A provider of the laboratory. */
interface LaboratoryProvider {
  readonly name: 'faulty' | 'good'
  readonly type: string
  readonly baseURL: string
}

/** What a test may say beside the providers; the rest are the defaults of the schemas. */
export interface LaboratorySettings {
  /** `spec.timeouts` of every provider. */
  readonly timeouts: Readonly<Record<'connect' | 'firstByte' | 'idle' | 'total', string>>
  /** `spec.health` of every provider. */
  readonly health?: Readonly<Record<string, unknown>>
  /** `attempts` of the rule's `retry`. */
  readonly retries: number
}

/** The snapshot of a gateway whose one rule asks these providers in their order. */
export function laboratorySnapshot(
  providers: readonly LaboratoryProvider[],
  { timeouts, health = {}, retries }: LaboratorySettings,
): Snapshot {
  const objects = [
    manifest('LLMGateway', 'default', {
      auth: { mode: 'Required' },
      egress: { privateNetworks: 'Allow' },
    }),
    manifest('Consumer', 'caller', {
      apiKeys: [{ name: 'first', secretRef: { name: 'caller' } }],
    }),
    ...providers.map(({ name, type, baseURL }) =>
      manifest('LLMProvider', name, {
        type,
        baseURL,
        credentials: [{ name: 'main', secretRef: { name } }],
        timeouts,
        health,
      }),
    ),
    manifest('PromptTemplate', 'laboratory', {
      versions: [{ name: '1', messages: [{ role: 'user', content: 'Say hello.' }] }],
      rollout: [{ version: '1', weight: 100 }],
    }),
    manifest('RoutingPolicy', 'laboratory', {
      rules: [
        {
          name: 'all',
          strategy: 'Priority',
          targets: providers.map(({ name }) => ({ name, providerRef: { name } })),
          retry: {
            attempts: retries,
            conditions: ['RateLimited', 'ServerError', 'Timeout', 'Connect'],
          },
        },
      ],
    }),
  ]
  const list = <T extends TypedObject>({ kind }: { readonly kind: string }) =>
    objects.filter((object) => object.kind === kind) as readonly TypedObject[] as readonly T[]
  const { snapshots, conditions } = compile({ list }, { capabilities })
  const snapshot = snapshots.get('default/default')
  if (snapshot === undefined) throw new Error(JSON.stringify(conditions))
  return snapshot
}

/** An object as the API server would return it. */
function manifest(kind: string, name: string, spec: object): KubernetesObject {
  const schema = definitions.find((one) => one.kind === kind)?.schema
  const object = {
    apiVersion: 'fairlead.dev/v1beta1',
    kind,
    metadata: {
      name,
      namespace: 'default',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec,
  }
  return schema === undefined ? object : (applyDefaults(object, schema) as KubernetesObject)
}
