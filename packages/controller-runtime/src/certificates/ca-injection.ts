import type { Logger } from '@fairlead/base'
import {
  isConflict,
  isInvalid,
  isNotFound,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import {
  CustomResourceDefinition,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '@fairlead/kube-types'

import type { Client } from '../client/client.ts'

/** By name, what calls webhooks and must trust their certificate. */
export interface InjectionTargets {
  readonly mutatingWebhookConfigurations: readonly string[]
  readonly validatingWebhookConfigurations: readonly string[]
  readonly customResourceDefinitions: readonly string[]
}

interface CaInjectionOptions {
  readonly client: Client
  /** Only what calls this Service is changed. */
  readonly service: { readonly namespace: string; readonly name: string }
  readonly targets: InjectionTargets
  readonly logger: Logger
}

const fieldManager = 'webhook-certificates'
const attemptsMax = 5

/**
 * Writes a bundle of authorities (PEM) wherever the API server is told to call webhooks of the
 * Service, if another one stands there. All targets are tried; what is not there yet is left out.
 * Resolves with what could not be done, and why.
 */
export async function injectAuthorities(
  options: CaInjectionOptions,
  bundle: string,
  signal: AbortSignal,
): Promise<readonly Error[]> {
  const caBundle = Buffer.from(bundle).toString('base64')
  const {
    mutatingWebhookConfigurations,
    validatingWebhookConfigurations,
    customResourceDefinitions,
  } = options.targets
  const work = [
    ...mutatingWebhookConfigurations.map((name) =>
      injection(options, MutatingWebhookConfiguration, name, webhookConfigs),
    ),
    ...validatingWebhookConfigurations.map((name) =>
      injection(options, ValidatingWebhookConfiguration, name, webhookConfigs),
    ),
    ...customResourceDefinitions.map((name) =>
      injection(options, CustomResourceDefinition, name, conversionConfig),
    ),
  ]
  const settled = await Promise.all(work.map((inject) => inject(caBundle, signal)))
  return settled.filter((failure) => failure !== undefined)
}

/** A `clientConfig` of an object: where it stands, and what must still be true of the object then. */
interface FoundConfig {
  readonly pointer: string
  readonly service?: { readonly namespace: string; readonly name: string }
  readonly caBundle?: string
}

function injection<T extends TypedObject>(
  { client, service, logger }: CaInjectionOptions,
  type: ResourceType<T>,
  name: string,
  configsOf: (object: T) => readonly FoundConfig[],
): (caBundle: string, signal: AbortSignal) => Promise<Error | undefined> {
  const what = `${type.kind} ${name}`
  const once = async (caBundle: string, signal: AbortSignal): Promise<void> => {
    // None of these kinds is in a namespace.
    const key = { name } as Parameters<typeof client.get<T>>[1]
    const object = await client.get(type, key, { signal })
    const configs = configsOf(object)
    if (configs.length === 0 && type.kind !== CustomResourceDefinition.kind) {
      logger.debug({ kind: type.kind, name }, 'there is no webhook to inject authorities into yet')
      return
    }
    const ours = configs.filter(
      (config) =>
        config.service?.name === service.name && config.service.namespace === service.namespace,
    )
    if (ours.length === 0) {
      throw new Error(
        `the ${what} calls no webhook of the Service ${service.namespace}/${service.name}`,
      )
    }
    const stale = ours.filter((config) => config.caBundle !== caBundle)
    if (stale.length === 0) return
    const { resourceVersion } = object.metadata
    const body = [
      // Whoever wrote in between may have moved them.
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      ...stale.map(({ pointer }) => ({ op: 'add', path: `${pointer}/caBundle`, value: caBundle })),
    ]
    await client.patch(type, key, { type: 'json', body }, { fieldManager, signal })
    logger.info({ kind: type.kind, name, webhooks: stale.length }, 'authorities were injected')
  }
  return async (caBundle, signal) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await once(caBundle, signal)
        return undefined
      } catch (error) {
        if (isNotFound(error)) {
          logger.debug({ kind: type.kind, name }, 'there is nothing to inject authorities into yet')
          return undefined
        }
        // A failed test is an invalid patch.
        if ((isConflict(error) || isInvalid(error)) && attempt < attemptsMax) continue
        const why = error instanceof Error ? error.message : String(error)
        return new Error(`the ${what} cannot be told which authorities to trust: ${why}`, {
          cause: error,
        })
      }
    }
  }
}

type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration

function webhookConfigs({ webhooks = [] }: Configuration): FoundConfig[] {
  return webhooks.map(({ clientConfig }, index) => ({
    ...clientConfig,
    pointer: `/webhooks/${index}/clientConfig`,
  }))
}

function conversionConfig({ spec }: CustomResourceDefinition): FoundConfig[] {
  const clientConfig = spec.conversion?.webhook?.clientConfig
  if (clientConfig === undefined) return []
  return [{ ...clientConfig, pointer: '/spec/conversion/webhook/clientConfig' }]
}
