import { aborted, type Logger, sleep, systemClock } from '@fairlead/base'
import { type Manager, runnable, webhookConfigurations } from '@fairlead/controller-runtime'
import { isNotFound } from '@fairlead/kube-core'
import { ValidatingWebhookConfiguration } from '@fairlead/kube-types'

const fieldManager = 'fairlead-admission'
/** Pause before a watch that ended is opened again. */
const watchAgainMs = 1_000

/** Where the API server finds the webhooks. */
export interface AdmissionService {
  readonly namespace: string
  readonly name: string
  /** Defaults to 443. */
  readonly port?: number
}

/** What of the API server's configuration of webhooks is ours. */
export function webhookConfigurationName({ name }: AdmissionService): string {
  return `${name}-admission`
}

type Configuration = ValidatingWebhookConfiguration

/** Tells the API server of the webhooks, when it answers them in its own process. */
export function declareWebhooks(
  manager: Pick<Manager, 'add' | 'webhooks' | 'client'>,
  service: AdmissionService,
): void {
  manager.add(
    runnable(async (signal) => {
      const wanted = wantedConfiguration(manager, service)
      await manager.client.apply(ValidatingWebhookConfiguration, wanted, {
        fieldManager,
        force: true,
        signal,
      })
      await aborted(signal)
    }),
  )
}

/**
 * Keeps the webhooks of a manager in a configuration that somebody has installed, while it leads: their
 * rules belong to its version. It makes none, so that uninstalling leaves none. Whom to trust is written
 * by whoever makes the certificates; until then nothing fails because a webhook cannot be asked.
 */
export function keepWebhookConfiguration(
  manager: Pick<Manager, 'add' | 'webhooks' | 'client'>,
  service: AdmissionService,
  logger: Logger,
): void {
  const name = webhookConfigurationName(service)
  const { client } = manager
  const keep = async (signal: AbortSignal): Promise<void> => {
    const found = await find(manager, name, signal)
    if (found === undefined) {
      logger.warn(
        { name },
        `there is no ValidatingWebhookConfiguration ${name}, so that nothing is judged when it is written: apply the one that fairlead manifests prints`,
      )
      return
    }
    const wanted = trusting(wantedConfiguration(manager, service), found)
    await client.apply(ValidatingWebhookConfiguration, wanted, {
      fieldManager,
      force: true,
      signal,
    })
  }
  manager.add(
    runnable(async (signal) => {
      while (!signal.aborted) {
        try {
          await keep(signal)
          // What is applied again and was so already changes nothing, and is no event.
          const options = { fieldSelector: `metadata.name=${name}`, signal }
          for await (const _ of client.watch(ValidatingWebhookConfiguration, options)) {
            await keep(signal)
          }
        } catch (error) {
          if (signal.aborted) return
          logger.error({ err: error, name }, 'the webhooks cannot be declared; trying again')
        }
        await sleep(systemClock, watchAgainMs, signal).catch(() => {})
      }
    }),
  )
}

async function find(
  { client }: Pick<Manager, 'client'>,
  name: string,
  signal: AbortSignal,
): Promise<Configuration | undefined> {
  try {
    return await client.get(ValidatingWebhookConfiguration, { name }, { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function wantedConfiguration({ webhooks }: Pick<Manager, 'webhooks'>, service: AdmissionService) {
  const name = webhookConfigurationName(service)
  const { validating } = webhookConfigurations(webhooks.registered, {
    service,
    names: { validating: name },
  })
  if (validating === undefined) throw new Error('the manager has no validating webhooks')
  return { ...validating, metadata: { name } }
}

/** Only a webhook that is trusted can be asked: one that is not refuses nothing. */
function trusting(
  wanted: ReturnType<typeof wantedConfiguration>,
  found: Configuration,
): ReturnType<typeof wantedConfiguration> {
  const trusted = new Set(
    (found.webhooks ?? []).flatMap(({ name, clientConfig: { caBundle } }) =>
      caBundle === undefined || caBundle === '' ? [] : [name],
    ),
  )
  const webhooks = wanted.webhooks?.map((webhook) =>
    trusted.has(webhook.name) ? webhook : { ...webhook, failurePolicy: 'Ignore' as const },
  )
  return { ...wanted, ...(webhooks && { webhooks }) }
}
