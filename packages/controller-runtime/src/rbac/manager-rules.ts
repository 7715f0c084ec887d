import {
  CustomResourceDefinition,
  Lease,
  MutatingWebhookConfiguration,
  type rbacV1,
  Secret,
  SubjectAccessReview,
  TokenReview,
  ValidatingWebhookConfiguration,
} from '@fairlead/kube-types'
import type { ControllerDescription } from '../controller/controller-description.ts'
import { mergeRules, ruleFor } from '../policy-rules.ts'
import type { RegisteredWebhook } from '../webhook/registered-webhook.ts'
import { configurationNames } from '../webhook/webhook-configurations.ts'

/** What was set up on a manager, which may be an offline one. */
export interface DescribedManager {
  readonly controllers: readonly ControllerDescription[]
  readonly webhooks: { readonly registered: readonly RegisteredWebhook[] }
}

/** What the program does beside what is set up on its manager. */
export interface ManagerRulesOptions {
  /** Whether one of several replicas leads, by a Lease. Defaults to true. */
  readonly leaderElection?: boolean
  /** Whether the API server is asked who may read metrics. Defaults to true. */
  readonly authenticatedMetrics?: boolean
  /**
   * Where certificates of the webhooks are made by us: the Secret that keeps them, and the
   * configurations that are made to trust them. By default they come from elsewhere.
   */
  readonly certificates?: {
    readonly secret: string
    /** Default to the names that `webhookConfigurations` gives them. */
    readonly configurations?: { readonly mutating?: string; readonly validating?: string }
  }
}

/** What the ServiceAccount of an operator must be allowed. */
export interface ManagerRules {
  /** In all namespaces that it works in: for a ClusterRole. */
  readonly cluster: readonly rbacV1.PolicyRule[]
  /** In its own namespace: for a Role. */
  readonly namespace: readonly rbacV1.PolicyRule[]
}

/**
 * The permissions that an operator needs for what was declared: what its controllers watch, what
 * declared operators write, what is said by `needs`, and what the manager does by itself. What
 * reconcilers do with the client beside that cannot be known: `needs` says it. Other clusters of the
 * manager have users of their own, and rules of their own.
 */
export function managerRules(
  manager: DescribedManager,
  options: ManagerRulesOptions = {},
): ManagerRules {
  const { leaderElection = true, authenticatedMetrics = true, certificates } = options
  const { registered } = manager.webhooks
  const certified = registered.length > 0 ? certificates : undefined
  return {
    cluster: mergeRules([
      ...manager.controllers.flatMap(({ rules }) => rules),
      events,
      ...(authenticatedMetrics
        ? [ruleFor(TokenReview, ['create']), ruleFor(SubjectAccessReview, ['create'])]
        : []),
      ...(certified ? injectionRules(registered, certified.configurations) : []),
    ]),
    namespace: mergeRules([
      ...(leaderElection ? [ruleFor(Lease, ['get', 'create', 'update'])] : []),
      ...(certified ? secretRules(certified.secret) : []),
    ]),
  }
}

/** About any object, and about the Lease. */
const events: rbacV1.PolicyRule = {
  apiGroups: ['events.k8s.io'],
  resources: ['events'],
  verbs: ['create', 'patch'],
}

/** A name cannot be required of what does not exist yet. */
function secretRules(secret: string): rbacV1.PolicyRule[] {
  return [
    ruleFor(Secret, ['create']),
    { ...ruleFor(Secret, ['get', 'update']), resourceNames: [secret] },
  ]
}

function injectionRules(
  registered: readonly RegisteredWebhook[],
  names: { readonly mutating?: string; readonly validating?: string } = {},
): rbacV1.PolicyRule[] {
  const has = (sort: RegisteredWebhook['sort']) => registered.some((each) => each.sort === sort)
  const definitions = registered.flatMap((each) =>
    each.sort === 'conversion' ? [each.crd.metadata.name] : [],
  )
  return [
    ...(has('mutating')
      ? [named(MutatingWebhookConfiguration, [names.mutating ?? configurationNames.mutating])]
      : []),
    ...(has('validating')
      ? [named(ValidatingWebhookConfiguration, [names.validating ?? configurationNames.validating])]
      : []),
    ...(definitions.length > 0 ? [named(CustomResourceDefinition, definitions)] : []),
  ]
}

function named(type: Parameters<typeof ruleFor>[0], resourceNames: string[]): rbacV1.PolicyRule {
  return { ...ruleFor(type, ['get', 'patch']), resourceNames }
}
