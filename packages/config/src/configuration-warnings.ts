import { Consumer, LLMGateway } from '@fairlead/api'
import type { SecretKeyRef } from '@fairlead/snapshot'
import type { CompileResult, ResourceConditions } from './compile-result.ts'
import { listed, type PlannedCondition } from './judging/conditions.ts'
import { isWarning } from './judging/notices.ts'
import { keysAt, keysCondition } from './kinds/consumer/keys-condition.ts'
import type { ResourceSet } from './resource-set.ts'
import { keyOf } from './values/resource-key.ts'

/** A condition that its reader should look at, and whose it is. */
export interface ConfigurationWarning extends Pick<
  PlannedCondition,
  'type' | 'status' | 'reason' | 'message'
> {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** What somebody knows who may read Secrets and the clock. */
interface Surroundings {
  /** Whether there is a Secret with this key. */
  readonly hasSecret: (secret: SecretKeyRef) => boolean
  /** Unix milliseconds. */
  readonly nowMs: number
}

/**
 * What the conditions of resources would warn of in a cluster, for whoever reads resources where
 * nobody writes conditions. In the order of the compiled conditions.
 */
export function configurationWarnings(
  { conditions }: Pick<CompileResult, 'conditions'>,
  resources: ResourceSet,
  { hasSecret, nowMs }: Surroundings,
): readonly ConfigurationWarning[] {
  const consumers = new Map(resources.list(Consumer).map((one) => [keyOf(one), one]))
  return conditions.flatMap((planned) => {
    const { kind, namespace, name } = planned
    const consumer = kind === Consumer.kind ? consumers.get(`${namespace}/${name}`) : undefined
    const keys = consumer && keysCondition(keysAt(consumer.spec.apiKeys, nowMs))
    return [...planned.conditions, ...missingSecrets(planned, hasSecret), ...(keys ? [keys] : [])]
      .filter(isWarning)
      .map(({ type, status, reason, message }) => {
        return { kind, namespace, name, type, status, reason, message }
      })
  })
}

/** What is to be said of a gateway that is not there, or not accepted. */
export function missingGateway(
  { conditions, snapshots }: CompileResult,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string | undefined {
  const key = `${namespace}/${name}`
  if (snapshots.has(key)) return undefined
  const { kind } = LLMGateway
  const others = conditions.filter((one) => one.kind === kind)
  if (others.some((one) => `${one.namespace}/${one.name}` === key)) {
    return `${kind} ${key} is not accepted, so that no call is served`
  }
  const names = others.map((one) => `${one.namespace}/${one.name}`)
  const there = names.length === 0 ? 'there is none' : `there is ${listed(names)}`
  return `${kind} ${key} does not exist (${there}), so that no call is served: add it, or name another with --gateway`
}

function missingSecrets(
  { secrets = [] }: ResourceConditions,
  hasSecret: Surroundings['hasSecret'],
): readonly PlannedCondition[] {
  const missing = secrets.filter(({ secret }) => !hasSecret(secret))
  if (missing.length === 0) return []
  const texts = missing.map(
    ({ path, secret: { namespace, name, key } }) =>
      `${path}: there is no Secret ${namespace}/${name} with a key ${JSON.stringify(key)}`,
  )
  const message = listed(texts)
  return [{ type: 'ResolvedRefs', status: 'False', reason: 'SecretKeyMissing', message }]
}
