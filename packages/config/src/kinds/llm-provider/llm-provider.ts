import { LLMProvider, providerHeaderProblem } from '@fairlead/api'
import type { Capabilities, LLMProviderSettings } from '@fairlead/snapshot'
import { compileLimit, compileTimeouts } from '../../judging/compile-timeouts.ts'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { settingsByKey } from '../../judging/settings-by-key.ts'
import { frozenCopy, none } from '../../values/freeze.ts'
import { identityOf } from '../../values/resource-key.ts'
import { checkIdentity } from './check-identity.ts'
import { compileCloud } from './compile-cloud.ts'
import { compileEndpointPool } from './compile-endpoint-pool.ts'
import { compileHealth } from './compile-health.ts'
import { compileTls } from './compile-tls.ts'
import { providerAddress } from './provider-address.ts'
import { proxyAddress } from './proxy-address.ts'
import { compileSimulator } from './simulator.ts'

/**
 * A provider none of whose credentials may be used is not usable without them either, nor is one
 * without its backend or a Secret of its TLS.
 */
export const llmProvider: KindCompiler<LLMProvider, LLMProviderSettings> = {
  type: LLMProvider,
  references: [],
  conditionTypes: [
    {
      type: 'Healthy',
      reasons: {
        True: ['Healthy'],
        False: ['Unauthorized', 'Unreachable', 'RateLimited'],
        Unknown: ['Unknown'],
      },
    },
  ],
  compile: compileProvider,
  unsupportedFields: () => [
    {
      path: 'spec.simulator.failure.percent',
      unless: [0, 1, 2, 4, 5, 10, 20, 25, 50, 100],
      instead: 'the nearest everyNth is used',
    },
  ],
  unneeded:
    'it gets no calls: no rule in force of a RoutingPolicy and no spec.defaults.providers of an LLMGateway names it; name it in one of them, or remove it',
  contribute: (members) => ({ providers: settingsByKey(members) }),
}

function compileProvider(
  provider: LLMProvider,
  findings: Findings,
  { providerTypes }: Capabilities,
): LLMProviderSettings | undefined {
  const { authentication, backendRef, type, models, headers, parameters, timeouts } = provider.spec
  const served = providerTypes.find((capability) => capability.type === type)
  if (!served) {
    findings.rejectUnserved(
      `spec.type: type ${type} is not served by this version; use ${alternatives(providerTypes)}`,
    )
    return undefined
  }
  const credentials = compileCredentials(provider, findings)
  const endpointPool = compileEndpointPool(provider, served, findings)
  const baseURL = providerAddress(provider, served, findings, endpointPool)
  checkIdentity(provider, served, baseURL, findings)
  const tls = compileTls(provider, findings)
  if (tls !== undefined && baseURL.startsWith('http:')) {
    findings.reject(`spec.tls: goes with https only, and the address is ${baseURL}`)
  }
  const settings: LLMProviderSettings = {
    ...identityOf(provider),
    type,
    preset: served.presets.has(provider.spec.preset ?? '') ? provider.spec.preset : undefined,
    baseURL,
    proxyURL: proxyAddress(provider, findings),
    isClusterService: backendRef !== undefined,
    endpointPool,
    tls,
    authentication: { source: authentication.source },
    ...compileCloud(provider, findings),
    credentials,
    models: models.map((model) => ({
      name: model.name,
      aliases: frozenCopy(model.aliases),
      contextWindow: model.contextWindow,
      maxOutputTokens: model.maxOutputTokens,
      capabilities: frozenCopy(model.capabilities ?? none),
      deployment: model.deployment,
      price: model.price && {
        inputPerMillion: model.price.inputPerMillion,
        cachedInputPerMillion: model.price.cachedInputPerMillion,
        cacheWritePerMillion: model.price.cacheWritePerMillion,
        outputPerMillion: model.price.outputPerMillion,
      },
    })),
    headers: compileHeaders(headers, findings),
    parameters: { unsupported: parameters.unsupported },
    streamUsage: provider.spec.streamUsage,
    timeouts: {
      connectMs: compileLimit(timeouts.connect, findings, 'spec.timeouts.connect'),
      ...compileTimeouts(timeouts, findings, 'spec.timeouts'),
    },
    health: compileHealth(provider, findings),
    limits: {
      requestsPerMinute: provider.spec.limits.requestsPerMinute,
      tokensPerMinute: provider.spec.limits.tokensPerMinute,
      maxConcurrent: provider.spec.limits.maxConcurrent,
    },
    simulator: type === 'Simulator' ? compileSimulator(provider, findings) : undefined,
  }
  const lostAll = provider.spec.credentials.length > 0 && credentials.length === 0
  const lostTls = provider.spec.tls !== undefined && tls === undefined
  const lostBackend = backendRef !== undefined && baseURL === ''
  return lostAll || lostTls || lostBackend ? undefined : settings
}

/** Resources may be older than the rules of the schema. */
function compileHeaders(
  headers: LLMProvider['spec']['headers'],
  findings: Findings,
): LLMProviderSettings['headers'] {
  return headers.map(({ name, value }, index) => {
    const problem = providerHeaderProblem({ name, value })
    if (problem !== undefined) {
      findings.reject(`spec.headers[${index}]: ${JSON.stringify(name)}: ${problem}`)
    }
    return { name, value }
  })
}

function compileCredentials(
  provider: LLMProvider,
  findings: Findings,
): LLMProviderSettings['credentials'] {
  return provider.spec.credentials.flatMap(({ name, secretRef, weight }, index) => {
    const secret = findings.secret(secretRef, `spec.credentials[${index}].secretRef`)
    return secret ? [{ name, secret, weight }] : []
  })
}

/** `one of OpenAI, Anthropic`, with a hint at the type for vendors that speak another one's API. */
function alternatives(types: Capabilities['providerTypes']): string {
  const names = types.map(({ type }) => type).join(', ')
  const vendors = types.find(({ presets }) => presets.size > 0)
  const hint = vendors ? ` (${vendors.type} for a vendor with an OpenAI-compatible API)` : ''
  return `one of ${names}${hint}`
}
