import type { Logger } from '@fairlead/base'
import type { AdmissionExpressions } from '@fairlead/kube-core'

import { AdmissionChain } from '../admission/admission-chain.ts'
import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import { mutatingPolicies } from '../admission-policies/mutating-policies.ts'
import { parseMutatingPolicy } from '../admission-policies/mutating-policy.ts'
import { parsePolicy } from '../admission-policies/policy.ts'
import { PolicySource } from '../admission-policies/policy-source.ts'
import { validatingPolicies } from '../admission-policies/validating-policies.ts'
import { mutatingWebhooks } from '../admission-webhooks/mutating-webhooks.ts'
import { validatingWebhooks } from '../admission-webhooks/validating-webhooks.ts'
import { WebhookCaller } from '../admission-webhooks/webhook-caller.ts'
import { WebhookSource } from '../admission-webhooks/webhook-source.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultStorageClass } from './default-storage-class.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { limitRanger } from './limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { ownerReferencesPermissionEnforcement } from './owner-references.ts'
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts'
import { chosenPlugins, type PluginChoice } from './plugin-choice.ts'
import { podSecurity } from './pod-security.ts'
import { priority } from './priority.ts'
import { resourceQuota } from './resource-quota.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'
import type { WebhookClient } from '../webhooks/webhook-client.ts'

interface AdmissionOptions {
  readonly context: Omit<ResourceContext, 'admission'>
  /** Of access control. */
  readonly access: readonly AdmissionPlugin[]
  readonly webhooks: WebhookClient
  /** What expressions are told when they ask the authorizer. */
  readonly authorizer: Authorizer
  readonly expressions: AdmissionExpressions
  readonly logger: Logger
  readonly choice?: PluginChoice | undefined
  /** Whether policies that mutate are carried out. */
  readonly mutatingPolicies: boolean
}

/** The chain that every write passes, and what ends what its plugins have begun. */
interface Admission {
  readonly chain: AdmissionChain
  stop(): void
}

/** Puts the plugins together, in the order of kube-apiserver. @throws Error for an unknown choice */
export function createAdmission({
  context,
  access,
  webhooks,
  authorizer,
  expressions,
  logger,
  choice = {},
  mutatingPolicies: mutates,
}: AdmissionOptions): Admission {
  const mutating = new WebhookSource(context.storage, 'mutating', expressions)
  const validating = new WebhookSource(context.storage, 'validating', expressions)
  const { storage, random } = context
  const validatingSource = new PolicySource(storage, 'validating', expressions, parsePolicy)
  const mutatingSource = new PolicySource(storage, 'mutating', expressions, parseMutatingPolicy)
  const matching = { ...context, expressions, authorizer }
  const caller = new WebhookCaller({ client: webhooks, logger })
  const plugins: readonly AdmissionPlugin[] = [
    // Nothing else needs to look at what has no namespace to be in.
    namespaceLifecycle(storage),
    // Requests and limits are there before anything counts them.
    limitRanger(storage),
    serviceAccount(storage, random),
    taintNodesByCondition,
    podSecurity(storage, logger),
    priority(storage),
    defaultTolerationSeconds,
    defaultStorageClass(storage),
    storageObjectInUseProtection,
    ownerReferencesPermissionEnforcement(authorizer, context),
    persistentVolumeClaimResize(storage),
    // Its tolerations come after the default ones.
    runtimeClass(storage),
    defaultIngressClass(storage),
    // Policies cost less than calls.
    ...(mutates
      ? [mutatingPolicies({ context, source: mutatingSource, expressions, authorizer })]
      : []),
    // Webhooks see what the server's own plugins have filled in.
    mutatingWebhooks(matching, mutating, caller),
    // A real server asks these before it validates, so they stand before what only validates.
    ...access,
    validatingPolicies({ context, source: validatingSource, expressions, authorizer, logger }),
    validatingWebhooks(matching, validating, caller),
    // The last: what it counts as used is about to be stored.
    resourceQuota(context),
  ]
  return {
    chain: new AdmissionChain(chosenPlugins(plugins, choice)),
    stop() {
      mutating.stop()
      validating.stop()
      validatingSource.stop()
      mutatingSource.stop()
    },
  }
}
