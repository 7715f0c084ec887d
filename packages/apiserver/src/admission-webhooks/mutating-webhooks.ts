import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin, MutationPass } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { Reinvocation } from '../admission/reinvocation.ts'
import { fetchConverted } from '../admission-matching/converted-request.ts'
import { applyPatch } from './apply-patch.ts'
import { invocationFor, matchedBy, type InvocationContext } from './invocation.ts'
import type { WebhookCaller } from './webhook-caller.ts'
import type { WebhookSource } from './webhook-source.ts'

const pluginName = 'MutatingAdmissionWebhook'

/**
 * Asks mutating webhooks, one after the other. When one of them changes the object, those before it
 * that want it (`reinvocationPolicy: IfNeeded`) are asked once more.
 */
export function mutatingWebhooks(
  context: InvocationContext,
  source: WebhookSource,
  caller: WebhookCaller,
): AdmissionPlugin {
  return {
    name: pluginName,
    mutate: (request, pass) => {
      if (source.all().length === 0) return undefined
      return mutate(request, pass)
    },
  }

  async function mutate(
    request: AdmissionRequest,
    pass: MutationPass,
  ): Promise<KubernetesObject | undefined> {
    const reinvocation = Reinvocation.of(pluginName, pass)
    reinvocation.begin(request.object, pass)
    let current = request
    for (const webhook of source.all()) {
      const pending = fetchConverted(current, () => [matchedBy(webhook, current, context)])
      if (pending !== undefined) await pending
      const invocation = invocationFor(webhook, current, context)
      if (invocation === undefined) continue
      if (!reinvocation.isDue(webhook.id, pass)) continue
      const answer = await caller.call(invocation, 'mutating')
      const object = answer && (await applyPatch(invocation, answer.operations))
      if (object !== undefined && !deepEqual(object, current.object)) {
        current = { ...request, object }
        reinvocation.changed(pass)
      }
      if (webhook.isReinvoked) reinvocation.wants(webhook.id)
    }
    reinvocation.end(current.object)
    return current.object
  }
}
