import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin, MutationPass } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { fetchConverted } from '../admission-matching/converted-request.ts'
import { applyPatch } from './apply-patch.ts'
import { invocationFor, matchedBy, type InvocationContext } from './invocation.ts'
import type { WebhookCaller } from './webhook-caller.ts'
import type { WebhookSource } from './webhook-source.ts'

const pluginName = 'MutatingAdmissionWebhook'

/** What is kept from the first pass for the second. */
interface Progress {
  /** Webhooks that want to be asked again and have been asked since the last change. */
  readonly asked: Set<string>
  /** Webhooks to be asked again. */
  readonly due: Set<string>
  output: KubernetesObject | undefined
}

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
    const progress = progressOf(pass)
    if (pass.isSecond && !deepEqual(progress.output, request.object)) makeDue(progress)
    let current = request
    for (const webhook of source.all()) {
      const pending = fetchConverted(current, () => [matchedBy(webhook, current, context)])
      if (pending !== undefined) await pending
      const invocation = invocationFor(webhook, current, context)
      if (invocation === undefined) continue
      if (pass.isSecond && !progress.due.has(webhook.id)) continue
      const answer = await caller.call(invocation, 'mutating')
      const object = answer && (await applyPatch(invocation, answer))
      if (object !== undefined && !deepEqual(object, current.object)) {
        current = { ...request, object }
        makeDue(progress)
        pass.repeat()
      }
      if (webhook.isReinvoked) progress.asked.add(webhook.id)
    }
    progress.output = current.object
    return current.object
  }
}

function progressOf({ kept }: MutationPass): Progress {
  const known = kept.get(pluginName) as Progress | undefined
  if (known !== undefined) return known
  const fresh: Progress = { asked: new Set(), due: new Set(), output: undefined }
  kept.set(pluginName, fresh)
  return fresh
}

function makeDue({ asked, due }: Progress): void {
  for (const id of asked) due.add(id)
  asked.clear()
}
