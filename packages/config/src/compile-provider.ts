import type { LLMProvider, SimulatorFailure } from '@fairlead/api'
import type { Findings } from './findings.ts'
import { frozenCopy, none } from './freeze.ts'
import { providerAddress } from './provider-address.ts'
import { identityOf } from './resource-key.ts'
import type { LLMProviderSettings, SimulatorSettings } from '@fairlead/snapshot'

const servedTypes: readonly string[] = [
  'OpenAI',
  'OpenAICompatible',
  'Anthropic',
  'Ollama',
  'Simulator',
]

const isServed = (type: string): boolean => servedTypes.includes(type)

/** A provider whose credentials may all not be used is not usable without them either. */
export function compileProvider(
  provider: LLMProvider,
  findings: Findings,
): LLMProviderSettings | undefined {
  const { type, models, headers } = provider.spec
  if (!isServed(type)) {
    findings.reject(
      `spec.type: type ${type} is not served by this version; use one of ` +
        `${servedTypes.join(', ')} (OpenAICompatible for a vendor with an OpenAI surface)`,
    )
    return undefined
  }
  const credentials = compileCredentials(provider, findings)
  const settings: LLMProviderSettings = {
    ...identityOf(provider),
    type,
    baseURL: providerAddress(provider, type, findings),
    credentials,
    models: (models ?? []).map((model) => ({
      name: model.name,
      aliases: frozenCopy(model.aliases ?? none),
      contextWindow: model.contextWindow,
      maxOutputTokens: model.maxOutputTokens,
      capabilities: frozenCopy(model.capabilities ?? none),
    })),
    headers: (headers ?? []).map(({ name, value }) => ({ name, value })),
    simulator: type === 'Simulator' ? compileSimulator(provider, findings) : undefined,
  }
  const lostAll = (provider.spec.credentials ?? []).length > 0 && credentials.length === 0
  return lostAll ? undefined : settings
}

function compileCredentials(
  provider: LLMProvider,
  findings: Findings,
): LLMProviderSettings['credentials'] {
  return (provider.spec.credentials ?? []).flatMap(({ name, secretRef, weight }, index) => {
    const secret = findings.secret(secretRef, `spec.credentials[${index}].secretRef`)
    return secret ? [{ name, secret, weight: weight ?? 1 }] : []
  })
}

function compileSimulator(provider: LLMProvider, findings: Findings): SimulatorSettings {
  const { mode, replies, latency, wordDelay, failure } = provider.spec.simulator ?? {}
  return {
    mode: mode ?? 'Echo',
    replies: frozenCopy(replies ?? none),
    latencyMs: findings.duration(latency, 'spec.simulator.latency') ?? 0,
    wordDelayMs: findings.duration(wordDelay, 'spec.simulator.wordDelay') ?? 0,
    failure: failure && compileFailure(failure, findings),
  }
}

/** Failing a percentage is failing every n-th call; no call at all is no failure. */
function compileFailure(spec: SimulatorFailure, findings: Findings): SimulatorSettings['failure'] {
  if (spec.percent === 0) return undefined
  const retryAfterMs = findings.duration(spec.retryAfter, 'spec.simulator.failure.retryAfter')
  return {
    status: spec.status ?? 500,
    message: spec.message ?? 'simulated failure',
    everyNth: spec.everyNth ?? Math.max(1, Math.round(100 / (spec.percent ?? 100))),
    retryAfterSeconds: retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000),
    afterWords: spec.afterWords,
  }
}
