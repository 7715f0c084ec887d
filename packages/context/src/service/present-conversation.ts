import type { Conversation, ConversationRetention } from '../turns/conversation.ts'

/** A conversation as callers see it: OpenAI's shape first, ours under `ccp`. */
export interface PresentedConversation {
  readonly id: string
  readonly object: 'conversation'
  /** Unix seconds. */
  readonly created_at: number
  readonly metadata: Readonly<Record<string, string>>
  readonly ccp: {
    readonly version: string
    readonly tenant: string
    readonly revision: number
    readonly head: string | null
    /** The selected branch. */
    readonly branch: string
    /** The newest turn of each branch. */
    readonly branches: Readonly<Record<string, string>>
    readonly pinned: readonly string[]
    readonly subject: string | null
    readonly retention: ConversationRetention
    readonly epoch: number
    /** Revision and hash are null until a turn has used it. Callers never see its text. */
    readonly persona: {
      readonly name: string
      readonly revision: number | null
      readonly hash: string | null
    } | null
    readonly strategy: { readonly name: string; readonly revision: number | null } | null
    readonly store: string
    readonly variables: Readonly<
      Record<string, { readonly value: string; readonly scope: 'session' }>
    >
  }
}

/** What the protocol shows of a stored conversation to callers. */
export function presentConversation(conversation: Conversation): PresentedConversation {
  const { id, object, created_at, metadata, ccp } = conversation
  const { version, tenant, revision, head, branch, branches, epoch, store } = ccp
  const { subject, retention, pinned } = ccp
  return {
    id,
    object,
    created_at,
    metadata,
    ccp: {
      version,
      tenant,
      revision,
      head,
      branch,
      branches,
      pinned,
      subject,
      retention,
      epoch: epoch.n,
      persona: presentPersona(ccp),
      strategy:
        epoch.strategy ?? (ccp.strategy === null ? null : { name: ccp.strategy, revision: null }),
      store,
      variables: Object.fromEntries(
        Object.entries(ccp.variables).map(([name, value]) => [name, { value, scope: 'session' }]),
      ),
    },
  }
}

function presentPersona({ epoch, persona }: Conversation['ccp']) {
  if (epoch.persona !== null) {
    const { name, revision, hash } = epoch.persona
    return { name, revision, hash }
  }
  return persona === null ? null : { name: persona, revision: null, hash: null }
}
