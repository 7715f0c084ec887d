import { isJsonObject } from '@fairlead/base'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { Conversation, EpochState } from '../turns/conversation.ts'
import { isSealedText, openUnlessGone, type TextCipher } from './text-cipher.ts'

/** The name under which what is encrypted stands among metadata and variables. */
const sealedName = 'ccp.sealed'

/** What of a conversation the store may look for: digests of the subject and of the metadata. */
export interface ConversationTokens {
  readonly subject: string | null
  readonly metadata: Readonly<Record<string, string>>
}

/** The conversation as the store sees it. */
export function sealConversation(
  conversation: Conversation,
  { metadata, subject }: ConversationTokens,
  cipher: TextCipher,
): Conversation {
  const { ccp, id } = conversation
  const told = { metadata: conversation.metadata, subject: ccp.subject }
  return {
    ...conversation,
    metadata: { ...metadata, [sealedName]: cipher.seal(told, `metadata of ${id}`) },
    ccp: {
      ...ccp,
      subject,
      variables: { [sealedName]: cipher.seal(ccp.variables, `variables of ${id}`) },
      epoch: sealEpoch(ccp.epoch, id, cipher),
    },
  }
}

/** The conversation that was sealed. Where its key is gone it has nothing that its subject has said. */
export function openConversation(conversation: Conversation, cipher: TextCipher): Conversation {
  const { ccp, id, metadata } = conversation
  const told = opened(metadata[sealedName], `metadata of ${id}`, cipher)
  const variables = opened(ccp.variables[sealedName], `variables of ${id}`, cipher)
  const isSealed = isSealedText(metadata[sealedName])
  if (!isSealed) return conversation
  const known = (told ?? {}) as Partial<
    Pick<Conversation, 'metadata'> & Pick<Conversation['ccp'], 'subject'>
  >
  return {
    ...conversation,
    metadata: known.metadata ?? {},
    ccp: {
      ...ccp,
      subject: known.subject ?? null,
      variables: (variables ?? {}) as Conversation['ccp']['variables'],
      epoch: openEpoch(ccp.epoch, id, cipher),
    },
  }
}

/** An epoch as the store sees it: what is written out in it is encrypted. */
export function sealEpoch(epoch: EpochState, conversation: string, cipher: TextCipher): EpochState {
  const { persona } = epoch
  const written = writtenIn(epoch)
  if (persona === null && written === undefined) return epoch
  const text = cipher.seal({ persona, ...written }, `epoch of ${conversation}`)
  const shell = persona ?? { name: '', revision: 0, hash: '', rendered: '', tools: [] }
  const { summary: _, ...rest } = epoch as EpochState & { readonly summary?: unknown }
  return { ...rest, persona: { ...shell, rendered: text, tools: [] } }
}

function openEpoch(epoch: EpochState, conversation: string, cipher: TextCipher): EpochState {
  const { persona } = epoch
  if (persona === null || !isSealedText(persona.rendered)) return epoch
  const written = opened(persona.rendered, `epoch of ${conversation}`, cipher)
  return { ...epoch, persona: null, ...(isJsonObject(written) ? written : {}) }
}

function writtenIn(epoch: EpochState): { readonly summary: unknown } | undefined {
  return 'summary' in epoch ? { summary: epoch.summary } : undefined
}

/** A plan as the store sees it: found by its id, and otherwise encrypted. */
export function sealPlan(plan: ContextPlan, cipher: TextCipher): ContextPlan {
  const { conversation, id, object } = plan
  const sealed = cipher.seal(plan, `plan ${id}`)
  return { id, object, conversation, sealed } as unknown as ContextPlan
}

/** The plan that was sealed; undefined where its key is gone. */
export function openPlan(plan: ContextPlan, cipher: TextCipher): ContextPlan | undefined {
  const { id, sealed } = plan as ContextPlan & { readonly sealed?: unknown }
  if (!isSealedText(sealed)) return plan
  return opened(sealed, `plan ${id}`, cipher) as ContextPlan | undefined
}

/** Undefined for what is not encrypted, and where the key is gone. */
function opened(text: unknown, context: string, cipher: TextCipher): unknown {
  return isSealedText(text) ? openUnlessGone(text, context, cipher) : undefined
}
