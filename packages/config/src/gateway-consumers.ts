import type { Consumer } from '@fairlead/api'
import { settleClaims } from './claims.ts'
import type { Judged } from './findings.ts'
import { describeWinner } from './precedence.ts'
import type { ConsumerSettings } from '@fairlead/snapshot'

export type JudgedConsumer = Judged<Consumer, ConsumerSettings>
type ApiKey = ConsumerSettings['apiKeys'][number]

export interface GatewayConsumers {
  readonly consumers: readonly ConsumerSettings[]
  /** Why a Consumer, by its key, lost an API key. */
  readonly conflicts: ReadonlyMap<string, string>
}

/** An API key names one caller: of Consumers with the same key, one keeps it. */
export function assignApiKeys(members: readonly JudgedConsumer[]): GatewayConsumers {
  const lost = settleClaims(
    members.flatMap(({ resource, key, settings }) =>
      (settings?.apiKeys ?? []).map((apiKey) => ({
        resource,
        key,
        apiKey,
        subject: subjectOf(apiKey),
      })),
    ),
  )
  const lostKeys = new Set(lost.map(({ apiKey }) => apiKey))
  return {
    consumers: members.flatMap(({ settings }) =>
      settings
        ? [{ ...settings, apiKeys: settings.apiKeys.filter((apiKey) => !lostKeys.has(apiKey)) }]
        : [],
    ),
    conflicts: new Map(
      [...Map.groupBy(lost, ({ key }) => key)].map(([key, losses]) => [
        key,
        losses
          .map(
            ({ apiKey, resource, winner }) =>
              `API key ${apiKey.name} is also that of ${describeWinner(winner, resource)}, ` +
              'and is left out',
          )
          .join('; '),
      ]),
    ),
  }
}

function subjectOf({ source }: ApiKey): string {
  if ('sha256' in source) return `sha256:${source.sha256}`
  const { namespace, name, key } = source.secret
  return `secret:${namespace}/${name}/${key}`
}
