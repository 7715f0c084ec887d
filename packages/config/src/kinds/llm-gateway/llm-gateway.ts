import {
  ContextStrategy,
  ConversationStore,
  LLMGateway,
  type LLMGatewayDeployment,
  LLMProvider,
  Persona,
  type Reference,
} from '@fairlead/api'
import { objectOrEmpty } from '@fairlead/base'
import { labelSelectorFrom, type ResourceType, StatusError } from '@fairlead/kube-core'
import type { LLMGatewaySettings } from '@fairlead/snapshot'
import { compileAccess } from '../../judging/access.ts'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { identityOf } from '../../values/resource-key.ts'
import { compileCors } from './compile-cors.ts'
import { compileListenerTls } from './compile-listener-tls.ts'
import { compileAuthentication } from './compile-authentication.ts'
import { compileState } from './compile-state.ts'
import { compileTelemetry } from './compile-telemetry.ts'
import { shutdownSeconds } from './shutdown-times.ts'

/** A default that cannot be resolved is left out; the gateway is served without it. */
export const llmGateway: KindCompiler<LLMGateway, LLMGatewaySettings> = {
  type: LLMGateway,
  references: [LLMProvider, ContextStrategy, ConversationStore, Persona],
  conditionTypes: [
    {
      type: 'Programmed',
      reasons: { True: ['Programmed'], False: ['Pending', 'NoReplicas', 'Invalid'] },
    },
    {
      type: 'StateStoreAvailable',
      reasons: {
        True: ['StateStoreAvailable'],
        False: ['StateStoreUnavailable'],
        Unknown: ['NoReplicas'],
      },
    },
    {
      type: 'Deployed',
      reasons: {
        True: ['Deployed', 'StateNotShared'],
        False: ['Progressing', 'Failed', 'KindNotFound', 'NotRunHere'],
      },
    },
  ],
  compile: compileGateway,
  unsupportedFields: () => [
    {
      path: 'spec.listeners[].port',
      unless: [8080],
      instead: 'the port is given by --gateway-port',
    },
    { path: 'spec.listeners[+]', instead: 'only the first listener is served' },
  ],
  needs: ({
    defaultProviders,
    defaultContextStrategy,
    defaultConversationStore,
    defaultPersona,
  }) => [
    ...defaultProviders.map((key) => ({ type: LLMProvider, key })),
    ...needed(ContextStrategy, defaultContextStrategy),
    ...needed(ConversationStore, defaultConversationStore),
    ...needed(Persona, defaultPersona),
  ],
  contribute: (gateways) => {
    const [only] = gateways
    return only ? { gateway: only.settings } : {}
  },
}

/** What a Service can be called that is named after a gateway with `-gateway` behind it. */
const deployableName = /^[a-z]([-a-z0-9]{0,53}[a-z0-9])?$/

function checkDeployment(
  { metadata }: LLMGateway,
  { drain, podTemplate }: LLMGatewayDeployment,
  findings: Findings,
): void {
  const drainMs = findings.durationWithin(drain, 'spec.deployment.drain', ['1s', '1h'])
  const { terminationGracePeriodSeconds: graceSeconds } = objectOrEmpty(podTemplate?.['spec'])
  const neededSeconds = shutdownSeconds(Math.ceil(drainMs / 1000))
  if (typeof graceSeconds === 'number' && graceSeconds < neededSeconds) {
    findings.reject(
      `spec.deployment.podTemplate.spec.terminationGracePeriodSeconds: is ${graceSeconds}, and a drain of ${drain} takes up to ${neededSeconds} s; leave it out, or make drain shorter`,
    )
  }
  if (deployableName.test(metadata.name ?? '')) return
  findings.reject(
    'spec.deployment: its Service is called after the gateway, whose name must therefore be of at most 55 lower-case letters, digits and hyphens, and begin with a letter',
  )
}

/** A selector that a schema takes and that selects nothing at all, such as one of no values. */
function checkAllowedNamespaces({ spec }: LLMGateway, findings: Findings): void {
  const { selector } = spec.allowedNamespaces
  if (selector === undefined) return
  try {
    labelSelectorFrom(selector)
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    findings.reject(`spec.allowedNamespaces.selector: ${error.message}`)
  }
}

function compileGateway(gateway: LLMGateway, findings: Findings): LLMGatewaySettings {
  const { auth, egress, defaults, limits } = gateway.spec
  const resolveDefault = (
    type: ResourceType,
    reference: Reference | undefined,
    field: string,
  ): string | undefined => reference && findings.resolve(type, reference, `spec.defaults.${field}`)
  const { audit, deployment } = gateway.spec
  if (deployment) checkDeployment(gateway, deployment, findings)
  checkAllowedNamespaces(gateway, findings)
  return {
    ...identityOf(gateway),
    auth: auth.mode,
    authentication: compileAuthentication(gateway.spec, findings),
    anonymousAccess:
      auth.anonymous &&
      compileAccess(auth.anonymous.access, 'spec.auth.anonymous.access', findings),
    listenerTls: compileListenerTls(gateway, findings),
    cors: compileCors(gateway, findings),
    audit: {
      enabled: audit.enabled,
      retentionMs: findings.duration(audit.retention, 'spec.audit.retention'),
      maxBytes: audit.maxBytes,
    },
    allowPrivateNetworks: egress.privateNetworks === 'Allow',
    defaultModel: defaults.model,
    defaultProviders: defaults.providers.flatMap(
      (reference, index) =>
        findings.resolve(LLMProvider, reference, `spec.defaults.providers[${index}]`) ?? [],
    ),
    defaultContextStrategy: resolveDefault(
      ContextStrategy,
      defaults.contextStrategyRef,
      'contextStrategyRef',
    ),
    defaultConversationStore: resolveDefault(
      ConversationStore,
      defaults.conversationStoreRef,
      'conversationStoreRef',
    ),
    defaultPersona: resolveDefault(Persona, defaults.personaRef, 'personaRef'),
    workers: gateway.spec.workers,
    telemetry: compileTelemetry(gateway, findings),
    state: compileState(gateway, findings),
    limits: {
      maxRequestBytes: limits.maxRequestBytes,
      maxBufferedBytes: limits.maxBufferedBytes,
      maxResponseBytes: limits.maxResponseBytes,
      requestTimeoutMs: findings.duration(limits.requestTimeout, 'spec.limits.requestTimeout'),
      firstTokenTimeoutMs: findings.duration(
        limits.firstTokenTimeout,
        'spec.limits.firstTokenTimeout',
      ),
      maxMessages: limits.maxMessages,
      maxTools: limits.maxTools,
      maxDepth: limits.maxDepth,
      maxConcurrentRequests: limits.maxConcurrentRequests,
    },
  }
}

function needed(type: ResourceType, key: string | undefined) {
  return key === undefined ? [] : [{ type, key }]
}
