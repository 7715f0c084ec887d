import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import { fetchConverted } from '../admission-matching/converted-request.ts'
import { invocationFor, matchedBy, type Invocation, type InvocationContext } from './invocation.ts'
import type { WebhookCaller } from './webhook-caller.ts'
import type { WebhookSource } from './webhook-source.ts'

/** Asks validating webhooks, all at once; the first refusal counts. */
export function validatingWebhooks(
  context: InvocationContext,
  source: WebhookSource,
  caller: WebhookCaller,
): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionWebhook',
    validate: (request) => {
      const webhooks = source.all()
      if (webhooks.length === 0) return undefined
      const ask = (): Promise<void> | undefined => {
        const invocations = webhooks.flatMap((webhook) => {
          const invocation = invocationFor(webhook, request, context)
          return invocation === undefined ? [] : [invocation]
        })
        return invocations.length === 0 ? undefined : askAll(caller, invocations)
      }
      const pending = fetchConverted(request, () =>
        webhooks.map((webhook) => matchedBy(webhook, request, context)),
      )
      return pending === undefined ? ask() : pending.then(ask)
    },
  }
}

/** Waits for all, so that no call goes on after the request is answered. */
async function askAll(caller: WebhookCaller, invocations: readonly Invocation[]): Promise<void> {
  const failures: unknown[] = []
  const asked = invocations.map((invocation) =>
    caller.call(invocation, 'validating').catch((error: unknown) => failures.push(error)),
  )
  await Promise.all(asked)
  if (failures.length > 0) throw failures[0]
}
