import { Consumer, type ConsumerApiKey } from '@fairlead/api'
import type { ConsumerSettings } from '@fairlead/snapshot'
import { compileAccess } from '../../judging/access.ts'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { frozenCopy } from '../../values/freeze.ts'
import { identityOf } from '../../values/resource-key.ts'
import { keysValidConditionType } from './keys-condition.ts'

type ApiKey = ConsumerSettings['apiKeys'][number]

/** Keys whose Secret may not be referred to are left out. An API key, and a ServiceAccount, names one caller. */
export const consumer: KindCompiler<Consumer, ConsumerSettings> = {
  type: Consumer,
  references: [],
  conditionTypes: [keysValidConditionType],
  compile: compileConsumer,
  claims: {
    of: ({ apiKeys, serviceAccounts }) => [
      ...apiKeys.map((key) => ({ subject: subjectOf(key), name: `API key ${key.name}` })),
      ...serviceAccounts.map((account) => ({
        subject: `serviceaccount:${account}`,
        name: `ServiceAccount ${account}`,
      })),
    ],
    without: (settings, lost) => ({
      ...settings,
      apiKeys: settings.apiKeys.filter((key) => !lost.has(subjectOf(key))),
      serviceAccounts: settings.serviceAccounts.filter(
        (account) => !lost.has(`serviceaccount:${account}`),
      ),
    }),
    describeLoss: ({ name }, winner, winning) =>
      `${name} is the same as ${winning.name} of ${winner}, and is left out: give each Consumer its own`,
    refuses: true,
  },
  contribute: (members) => ({ consumers: members.map(({ settings }) => settings) }),
}

function compileConsumer(resource: Consumer, findings: Findings): ConsumerSettings {
  const { groups, metadata, serviceAccounts, apiKeys, access } = resource.spec
  return {
    ...identityOf(resource),
    uid: resource.metadata.uid,
    groups: frozenCopy(groups),
    metadata: frozenCopy(metadata),
    serviceAccounts: Object.freeze(
      serviceAccounts
        .filter((account, index) =>
          findings.permitsServiceAccount(account, `spec.serviceAccounts[${index}]`),
        )
        .map(({ namespace, name }) => `${namespace}/${name}`),
    ),
    apiKeys: apiKeys.flatMap(
      (key, index) => compileApiKey(key, `spec.apiKeys[${index}]`, findings) ?? [],
    ),
    access: compileAccess(access, 'spec.access', findings),
  }
}

function compileApiKey(
  { name, sha256, secretRef, expiresAt }: ConsumerApiKey,
  path: string,
  findings: Findings,
): ApiKey | undefined {
  const expiresAtMs = expiresAt === undefined ? undefined : Date.parse(expiresAt)
  if (Number.isNaN(expiresAtMs)) {
    findings.reject(`${path}.expiresAt: ${JSON.stringify(expiresAt)} is not an RFC 3339 time`)
    return undefined
  }
  if (sha256 !== undefined) {
    return { name, source: { sha256: sha256.toLowerCase() }, expiresAtMs }
  }
  if (secretRef === undefined) {
    findings.reject(`${path}: needs a secretRef or a sha256`)
    return undefined
  }
  const secret = findings.secret(secretRef, `${path}.secretRef`)
  return secret && { name, source: { secret }, expiresAtMs }
}

function subjectOf({ source }: ApiKey): string {
  if ('sha256' in source) return `sha256:${source.sha256}`
  const { namespace, name, key } = source.secret
  return `secret:${namespace}/${name}/${key}`
}
