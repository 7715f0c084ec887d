import {
  type ContextModels,
  type Conversations,
  isOwnConversationId,
  type PromptTargets,
  type TurnRequest,
  type TurnRetriever,
} from '@fairlead/context'
import { type ChatInput, ModelError } from '@fairlead/llm'
import type { KnowledgeUse, PersonaSettings } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import type { CallContext } from '../call/call-context.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { textVariables } from '../prompts/text-variables.ts'
import type { MatchedRoute } from '../routing/match-route.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { defaultPersona, findPersona, findContextStrategy, personaInput } from './named-settings.ts'

/** What determines the next turn of a conversation. */
export interface TurnSource {
  readonly caller: Caller
  readonly runtime: Runtime
  readonly context: CallContext
  /** Identifies what is asked; an Idempotency-Key is tied to it. */
  readonly digest: string | undefined
  /** Size of the body, which is held while the call waits. */
  readonly bytes: number
  /** When the call came, in monotonic milliseconds. */
  readonly receivedMs?: number
  /** Id of the response that will be kept; undefined for none. */
  readonly response: string | undefined
  /** The new messages and tools. */
  readonly input: ChatInput
  /** Whether all of it is new, as OpenAI's Responses has it that name a conversation. */
  readonly isNewInput?: boolean
  readonly targets: PromptTargets
  /** Whether the caller has said what to cache. False when left out. */
  readonly saysWhatToCache?: boolean
  /** The models that its history may be summarised by, and notes made; undefined where nothing is kept. */
  readonly models?: ContextModels
  /** Told what came of reading the turn for notes. */
  readonly onNotesMade?: TurnRequest['onNotesMade']
  /** Looks in knowledge bases; without it nobody does. */
  readonly knowledge?: (use: KnowledgeUse | undefined) => TurnRetriever | undefined
  /** The route that the call has matched. */
  readonly route: Pick<MatchedRoute, 'access' | 'route'>
}

/** The turn that a call requests, and its persona. */
interface RequestedTurn {
  readonly request: TurnRequest
  readonly persona: PersonaSettings | undefined
  /** What its strategy retrieves; undefined for nothing. */
  readonly knowledge: KnowledgeUse | undefined
  /** Whether the turn goes on when its caller leaves. */
  readonly goesOnAlone: boolean
}

/** The persona and strategy that a conversation was created with. */
interface ChosenForConversation {
  readonly persona: string | null
  readonly strategy: string | null
}

/**
 * The turn that a call requests in the conversation `id`. Throws for a persona or strategy that
 * does not exist or may not be used.
 */
export function turnRequest(
  id: string,
  chosen: ChosenForConversation,
  source: TurnSource,
): RequestedTurn {
  const { caller, runtime, context, digest, input, response, targets } = source
  const personaName = context.persona ?? chosen.persona ?? undefined
  const persona =
    personaName === undefined ? defaultPersona(runtime) : findPersona(personaName, caller, runtime)
  if (persona !== undefined && context.persona === undefined && personaName !== undefined) {
    checkChosenPersona(personaName, persona, source.route)
  }
  const { branch, edit, expectedRevision, idempotencyKey, isRetry, regenerate, subject } = context
  const strategy = findContextStrategy(
    context.strategy ?? chosen.strategy ?? undefined,
    caller,
    runtime,
  )
  const { maxWaitMs, mode } = strategy.onConcurrent
  const retriever = source.knowledge?.(strategy.knowledge)
  return {
    persona,
    knowledge: strategy.knowledge,
    goesOnAlone: (context.onDisconnect ?? strategy.onDisconnect) === 'Continue',
    request: {
      tenant: caller.tenant,
      conversation: id,
      // Of a conversation that is not there, no turn can be asked again.
      createIfMissing: !isOwnConversationId(id) && (edit ?? regenerate) === undefined,
      input: input.items,
      ...(source.isNewInput === true ? { isNewInput: true } : {}),
      tools: input.tools,
      model: targets[0].model,
      targets,
      ...(source.models === undefined ? {} : { models: source.models }),
      ...(source.onNotesMade === undefined ? {} : { onNotesMade: source.onNotesMade }),
      strategy: strategyFor(strategy, source),
      ...(retriever === undefined ? {} : { retrievers: [retriever] }),
      onConcurrent: { mode: context.onConcurrent ?? mode, maxWaitMs },
      bytes: source.bytes,
      ...(source.receivedMs === undefined ? {} : { receivedMs: source.receivedMs }),
      persona: persona === undefined ? undefined : personaInput(persona),
      variables: textVariables(context.variables),
      ...(branch === undefined ? {} : { branch }),
      ...(regenerate === undefined ? {} : { regenerate }),
      ...(edit === undefined ? {} : { edit }),
      ...(subject === undefined ? {} : { subject }),
      chosen: {
        ...(context.persona === undefined ? {} : { persona: context.persona }),
        ...(context.strategy === undefined ? {} : { strategy: context.strategy }),
      },
      ...(expectedRevision === undefined ? {} : { expectedRevision }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(digest === undefined ? {} : { requestDigest: digest }),
      isRetry,
      ...(response === undefined ? {} : { response }),
    },
  }
}

/** Callers without a key who are one tenant have no memory: each could name the subject of another. */
function strategyFor<T extends TurnRequest['strategy']>(
  strategy: T,
  { caller, runtime, saysWhatToCache }: TurnSource,
): T {
  return {
    ...strategy,
    ...(saysWhatToCache === true ? { promptCaching: 'None' } : {}),
    ...(isSharedTenant(caller, runtime) ? { memory: undefined } : {}),
  }
}

/** What a call names was judged with it; a persona that comes with its conversation is judged here. */
function checkChosenPersona(
  asked: string,
  { namespace, name }: PersonaSettings,
  { access, route }: TurnSource['route'],
): void {
  access?.admitPersona({ name: asked, key: `${namespace}/${name}` }, route)
}

/** What an existing conversation was created with; nothing for one that the call may create. */
export async function chosenFor(
  id: string,
  tenant: string,
  conversations: Conversations,
): Promise<ChosenForConversation> {
  try {
    return (await conversations.get(tenant, id)).ccp
  } catch (error) {
    const isMissing = error instanceof ModelError && error.kind === 'not-found'
    if (!isMissing || isOwnConversationId(id)) throw error
    return { persona: null, strategy: null }
  }
}

/**
 * Throws for a persona, strategy or conversation id that the caller may not use. Anonymous callers
 * share a tenant: where they are let in beside callers with keys, an id that one of them chose
 * could be guessed by another.
 */
export function checkContextAccess({
  context,
  caller,
  runtime,
}: Pick<TurnSource, 'context' | 'caller' | 'runtime'>): void {
  if (context.persona !== undefined) findPersona(context.persona, caller, runtime)
  if (context.strategy !== undefined) findContextStrategy(context.strategy, caller, runtime)
  const { conversation: id } = context
  if (id === undefined || id === 'new' || isOwnConversationId(id)) return
  if (isSharedTenant(caller, runtime)) throw gatewayError.anonymousConversation()
}

/**
 * Throws for a caller who may not begin a conversation with an Idempotency-Key, whose id is made
 * from the key: as `checkContextAccess`, for who guesses the key finds the conversation.
 */
export function checkKeyAccess(caller: Caller, runtime: Runtime): void {
  if (isSharedTenant(caller, runtime)) throw gatewayError.anonymousKey()
}

/** Whether the caller is one of those without a key, who are one tenant, where others have one. */
export function isSharedTenant(caller: Caller, { access }: Pick<Runtime, 'access'>): boolean {
  return caller === access.anonymous && access.mode === 'Optional'
}
