import type { Consumer } from '@fairlead/api'
import type { Findings } from './findings.ts'
import { frozenCopy, none } from './freeze.ts'
import { identityOf } from './resource-key.ts'
import type { ConsumerSettings } from '@fairlead/snapshot'

type ApiKey = ConsumerSettings['apiKeys'][number]
type ApiKeySpec = NonNullable<Consumer['spec']['apiKeys']>[number]

const everything: readonly string[] = Object.freeze(['*'])

/** Keys whose Secret may not be referred to are left out; access that is not given is everything. */
export function compileConsumer(consumer: Consumer, findings: Findings): ConsumerSettings {
  const { groups, apiKeys, access } = consumer.spec
  return {
    ...identityOf(consumer),
    groups: frozenCopy(groups ?? none),
    apiKeys: (apiKeys ?? []).flatMap(
      (key, index) => compileApiKey(key, `spec.apiKeys[${index}]`, findings) ?? [],
    ),
    access: {
      models: frozenCopy(access?.models ?? everything),
      promptTemplates: frozenCopy(access?.promptTemplates ?? everything),
      personas: frozenCopy(access?.personas ?? everything),
    },
  }
}

function compileApiKey(key: ApiKeySpec, path: string, findings: Findings): ApiKey | undefined {
  const expiresAtMs = key.expiresAt === undefined ? undefined : Date.parse(key.expiresAt)
  if (Number.isNaN(expiresAtMs)) {
    findings.reject(`${path}.expiresAt: ${JSON.stringify(key.expiresAt)} is not an RFC 3339 time`)
    return undefined
  }
  if (key.sha256 !== undefined) {
    return { name: key.name, source: { sha256: key.sha256.toLowerCase() }, expiresAtMs }
  }
  if (key.secretRef === undefined) {
    findings.reject(`${path}: needs a secretRef or a sha256`)
    return undefined
  }
  const secret = findings.secret(key.secretRef, `${path}.secretRef`)
  return secret && { name: key.name, source: { secret }, expiresAtMs }
}
