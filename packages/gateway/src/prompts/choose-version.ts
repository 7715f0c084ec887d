import { drawByWeight, orderByKey } from '@fairlead/base'
import type { PromptTemplateSettings, PromptVersion } from '@fairlead/snapshot'
import { gatewayError } from '../errors/gateway-error.ts'
import { type PromptUser, sharesFor } from './rollout-shares.ts'

/**
 * The version for a call: the one that it names, itself or by a label, or one of the shares of the
 * rollout that are for it. Calls that `sticky` joins get the same one, in every process.
 */
export function chooseVersion(
  prompt: PromptTemplateSettings,
  wanted: string | undefined,
  user: PromptUser,
  random: () => number,
): PromptVersion {
  const { labels, versions } = prompt
  const name = wanted ?? chooseShare(prompt, user, random)
  const version = versions.get(name) ?? versions.get(labels.get(name) ?? '')
  if (version === undefined) {
    const known = [...versions.keys(), ...labels.keys()]
    throw gatewayError.promptVersionNotFound(prompt.name, name, known)
  }
  return version
}

function chooseShare(
  prompt: PromptTemplateSettings,
  user: PromptUser,
  random: () => number,
): string {
  const shares = sharesFor(prompt.rollout, user)
  const key = stickyKey(prompt, user)
  if (key === undefined) return shares[drawByWeight(shares, random())]?.version ?? ''
  const named = shares.map((share) => ({ ...share, name: `${share.version}/${share.cohort}` }))
  return orderByKey(named, key)[0]?.version ?? ''
}

/** What the call has in common with others; undefined for one that is drawn alone. */
function stickyKey(
  { namespace, name, sticky }: PromptTemplateSettings,
  user: PromptUser,
): string | undefined {
  if (sticky.by === 'None') return undefined
  const { caller, conversation, headers } = user
  const own = {
    Consumer: () => caller.tenant,
    EndUser: () => joined(caller.tenant, user.endUser()),
    Header: () => headers.get(sticky.by === 'Header' ? sticky.header : ''),
    Conversation: () => undefined,
  }[sticky.by]()
  const inConversation = conversation === 'new' ? undefined : conversation
  const common = own || joined(caller.tenant, inConversation)
  // Each template for itself: who gets the new version of one is not who gets that of all.
  return common && `${namespace}/${name}/${common}`
}

function joined(tenant: string, value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : `${tenant}/${value}`
}
