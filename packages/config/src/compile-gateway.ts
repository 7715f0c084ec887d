import type { LLMGateway } from '@fairlead/api'
import type { Catalogue, Findings } from './findings.ts'
import { identityOf } from './resource-key.ts'
import type { LLMGatewaySettings } from '@fairlead/snapshot'

/** What a gateway's defaults may refer to. */
export interface Defaults {
  readonly providers: Catalogue
  readonly strategies: Catalogue
  readonly stores: Catalogue
  readonly personas: Catalogue
}

/** A default that cannot be resolved is left out; a gateway is served without it. */
export function compileGateway(
  gateway: LLMGateway,
  available: Defaults,
  findings: Findings,
): LLMGatewaySettings {
  const { auth, egress, defaults, limits } = gateway.spec
  const keyOfDefault = (
    field: 'contextStrategyRef' | 'conversationStoreRef' | 'personaRef',
    catalogue: Catalogue,
  ): string | undefined => {
    const reference = defaults?.[field]
    return reference && findings.target(catalogue, reference, `spec.defaults.${field}`)?.key
  }
  checkSecrets(gateway, findings)
  const requestTimeoutMs = findings.duration(limits?.requestTimeout, 'spec.limits.requestTimeout')
  const firstTokenTimeoutMs = findings.duration(
    limits?.firstTokenTimeout,
    'spec.limits.firstTokenTimeout',
  )
  return {
    ...identityOf(gateway),
    auth: auth?.mode ?? 'Required',
    allowPrivateNetworks: egress?.privateNetworks === 'Allow',
    defaultModel: defaults?.model,
    defaultProviders: (defaults?.providers ?? []).flatMap((reference, index) => {
      const path = `spec.defaults.providers[${index}]`
      return findings.target(available.providers, reference, path)?.key ?? []
    }),
    defaultStrategy: keyOfDefault('contextStrategyRef', available.strategies),
    defaultStore: keyOfDefault('conversationStoreRef', available.stores),
    defaultPersona: keyOfDefault('personaRef', available.personas),
    limits: {
      maxRequestBytes: limits?.maxRequestBytes ?? 10_485_760,
      requestTimeoutMs: requestTimeoutMs ?? 300_000,
      firstTokenTimeoutMs: firstTokenTimeoutMs ?? 60_000,
      maxConcurrentRequests: limits?.maxConcurrentRequests ?? 10_000,
    },
  }
}

/** Nothing reads these Secrets yet; whether they may be referred to is judged all the same. */
function checkSecrets({ spec }: LLMGateway, findings: Findings): void {
  for (const [index, { tls }] of (spec.listeners ?? []).entries()) {
    const path = `spec.listeners[${index}].tls.certificateRef`
    if (tls) findings.secret({ ...tls.certificateRef, key: 'tls.crt' }, path)
  }
  const { redis } = spec.state ?? {}
  if (redis) findings.secret(redis.urlSecretRef, 'spec.state.redis.urlSecretRef')
}
