import type { ResourceType } from '@fairlead/kube-core'
import type {
  admissionregistrationV1,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '@fairlead/kube-types'

import type { CreateOf } from '../create-of.ts'
import type { RegisteredAdmission, RegisteredWebhook } from './registered-webhook.ts'

/** Where the API server finds the webhooks of a manager. */
export interface WebhookService {
  readonly namespace: string
  readonly name: string
  /** Defaults to 443. */
  readonly port?: number
}

/** How webhook configurations are made. */
export interface WebhookConfigurationOptions {
  /** Defaults to kubebuilder's `webhook-service` in the namespace `system`. */
  readonly service?: WebhookService
  /** PEM of the authorities to trust; left out by default, for whoever injects it. */
  readonly caBundle?: string
  /** Of the configurations; default to `mutating-webhook-configuration` and `validating-…`. */
  readonly names?: { readonly mutating?: string; readonly validating?: string }
}

/** The configurations that make the API server call webhooks; none where there are no such webhooks. */
export interface WebhookConfigurations {
  readonly mutating?: CreateOf<MutatingWebhookConfiguration>
  readonly validating?: CreateOf<ValidatingWebhookConfiguration>
}

/** As controller-gen names configurations that nothing else is said of. */
export const configurationNames = {
  mutating: 'mutating-webhook-configuration',
  validating: 'validating-webhook-configuration',
} as const

/** The same behind a prefix: of several operators in a cluster, each has its own. */
export function configurationNamesWith(prefix: string): {
  readonly mutating: string
  readonly validating: string
} {
  return {
    mutating: `${prefix}${configurationNames.mutating}`,
    validating: `${prefix}${configurationNames.validating}`,
  }
}

/**
 * The configurations of all admission webhooks of a manager (`manager.webhooks.registered`), sorted
 * by the names of the webhooks, and otherwise as controller-gen writes them.
 * @throws Error when two webhooks have one name
 */
export function webhookConfigurations(
  registered: readonly RegisteredWebhook[],
  options: WebhookConfigurationOptions = {},
): WebhookConfigurations {
  const { mutating = configurationNames.mutating, validating = configurationNames.validating } =
    options.names ?? {}
  const mutatingWebhooks = webhooksOf(registered, 'mutating', options)
  const validatingWebhooks = webhooksOf(registered, 'validating', options)
  return {
    ...(mutatingWebhooks.length === 0
      ? {}
      : {
          mutating: {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'MutatingWebhookConfiguration',
            metadata: { name: mutating },
            webhooks: mutatingWebhooks,
          },
        }),
    ...(validatingWebhooks.length === 0
      ? {}
      : {
          validating: {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'ValidatingWebhookConfiguration',
            metadata: { name: validating },
            webhooks: validatingWebhooks,
          },
        }),
  }
}

type Webhook = admissionregistrationV1.MutatingWebhook

function webhooksOf(
  registered: readonly RegisteredWebhook[],
  sort: 'mutating' | 'validating',
  options: WebhookConfigurationOptions,
): Webhook[] {
  const admissions = registered.filter((each): each is RegisteredAdmission => each.sort === sort)
  const webhooks = admissions.map((admission) => webhookOf(admission, options))
  const names = new Set<string>()
  for (const { name } of webhooks) {
    if (names.has(name)) {
      throw new Error(
        `two ${sort} webhooks are named ${name}: give one of them another name with the option name`,
      )
    }
    names.add(name)
  }
  return webhooks.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function webhookOf(
  { sort, path, rules, type, options }: RegisteredAdmission,
  { service, caBundle }: WebhookConfigurationOptions,
): Webhook {
  const { namespace, name, port } = service ?? { namespace: 'system', name: 'webhook-service' }
  const { name: own, ...more } = options
  return {
    name: own ?? webhookName(sort, path, type),
    admissionReviewVersions: ['v1'],
    clientConfig: {
      ...(caBundle === undefined ? {} : { caBundle: Buffer.from(caBundle).toString('base64') }),
      service: { namespace, name, path, ...(port === undefined ? {} : { port }) },
    },
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    rules: rules.map(({ operations, apiGroups, apiVersions, resources }) => ({
      apiGroups: [...apiGroups],
      apiVersions: [...apiVersions],
      operations: [...operations],
      resources: [...resources],
    })),
    ...more,
  }
}

/** As kubebuilder names them: `mcronjob-v1.kb.io`. */
function webhookName(sort: 'mutating' | 'validating', path: string, type?: ResourceType): string {
  if (type === undefined) {
    throw new Error(`the webhook at ${path} is for no one kind: give it the option name`)
  }
  return `${sort[0]}${type.kind.toLowerCase()}-${type.version}.kb.io`
}
