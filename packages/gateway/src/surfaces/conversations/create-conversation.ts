import type { JsonObject } from '@fairlead/base'
import {
  type ConversationRetention,
  presentConversation,
  type PresentedConversation,
} from '@fairlead/context'
import { invalidField, isGiven, readNonEmptyString, readObject, readOptional } from '@fairlead/llm'
import { findContextStrategy, findPersona } from '../../assembly/named-settings.ts'
import { textVariables } from '../../prompts/text-variables.ts'
import { requireConversations } from '../../runtime/require-conversations.ts'
import { type ConversationRequest, onlyFields, readFields } from './conversation-route.ts'
import { readItems } from './read-items.ts'
import { readRetention, retentionFields } from './read-retention.ts'

const contextFields = ['persona', 'strategy', 'variables', 'subject', 'retention']

/** Creates a conversation, perhaps with items, and with what `context` chooses for it. */
export async function createConversation({
  request,
  store,
  tenant,
}: ConversationRequest): Promise<PresentedConversation> {
  const { caller, runtime } = request
  requireConversations(caller, runtime)
  const body = await readFields(request, ['metadata', 'items', 'context'])
  const given = readOptional(body['context'], 'context', readObject) ?? {}
  const context = onlyFields(given, contextFields, 'context.')
  const named = (name: string) => readOptional(context[name], `context.${name}`, readNonEmptyString)
  const persona = named('persona')
  const strategy = named('strategy')
  const subject = named('subject')
  const variables = readOptional(context['variables'], 'context.variables', readObject)
  const retention = readOptional(context['retention'], 'context.retention', readObject)
  if (persona !== undefined) findPersona(persona, caller, runtime)
  if (strategy !== undefined) findContextStrategy(strategy, caller, runtime)
  const created = await store.create({
    tenant,
    metadata: readMetadata(body['metadata']),
    items: isGiven(body['items'])
      ? await readItems(body['items'], 'items', { responses: store.responses, tenant })
      : [],
    ...(persona === undefined ? {} : { persona }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(variables === undefined ? {} : { variables: textVariables(variables) }),
    ...(subject === undefined ? {} : { subject }),
    ...(retention === undefined ? {} : { retention: newRetention(retention) }),
  })
  return presentConversation(created)
}

/** Reads OpenAI's `metadata`; none for null. */
export function readMetadata(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(readOptional(value, 'metadata', readObject) ?? {})
  return Object.fromEntries(
    pairs.map(([name, text]) => {
      if (typeof text === 'string') return [name, text]
      throw invalidField(`metadata.${name.slice(0, 64)}`, 'it must be a string.')
    }),
  )
}

function newRetention(given: JsonObject): ConversationRetention {
  const field = 'context.retention.'
  const read = readRetention(onlyFields(given, retentionFields, field), field)
  return { expires_at: null, legal_hold: false, ...read }
}
