import { isJsonObject, type JsonObject, RecentMap } from '@fairlead/base'
import type { KeptResponse, ResponseError } from '../stores/kept-response.ts'
import type { ResponseStore } from '../stores/response-store.ts'
import type { ConversationCiphers } from './conversation-ciphers.ts'
import type { Keyring } from './keyring.ts'
import { isSealedText, openUnlessGone, type TextCipher } from './text-cipher.ts'

/** Of how many responses it is known to which conversation they belong. */
const knownMax = 10_000

/**
 * Responses that are encrypted as the conversations that they belong to, or with the key of their
 * tenant. Items keep their ids, by which they are found.
 */
export function encryptedResponses(
  responses: ResponseStore,
  keyring: Keyring,
  conversations: ConversationCiphers,
): ResponseStore {
  const cipherOf = (
    tenant: string,
    conversation: string | null,
    creates: boolean,
  ): Promise<TextCipher> =>
    conversation === null
      ? keyring.cipherOf(tenant, null, { creates })
      : conversations.cipherOfConversation(tenant, conversation, creates)
  /** A stream is written and read in many pieces, none of which needs the whole response. */
  const known = new RecentMap<{ readonly conversation: string | null }>(knownMax)
  const note = ({ tenant, id, conversation }: KeptResponse) =>
    known.set(JSON.stringify([tenant, id]), { conversation })
  const conversationOf = async (tenant: string, id: string): Promise<string | null> => {
    const found = known.get(JSON.stringify([tenant, id]))
    if (found !== undefined) return found.conversation
    const kept = await responses.load(tenant, id)
    if (kept !== undefined) note(kept)
    return kept?.conversation ?? null
  }
  /** Of a response that is stored. */
  const cipherIn = async (tenant: string, id: string) =>
    cipherOf(tenant, await conversationOf(tenant, id), true)
  const opening = <T>(
    { conversation, tenant }: Pick<KeptResponse, 'conversation' | 'tenant'>,
    open: (cipher: TextCipher) => T,
  ) =>
    conversation === null
      ? keyring.opening(tenant, null, open)
      : conversations.opening(tenant, conversation, open)
  const opened = (response: KeptResponse) =>
    opening(response, (cipher) => openResponse(response, cipher))
  return {
    ...responses,
    async add(response) {
      const cipher = await cipherOf(response.tenant, response.conversation, true)
      note(response)
      return responses.add(sealResponse(response, cipher))
    },
    async load(tenant, id) {
      const response = await responses.load(tenant, id)
      return response && opened(response)
    },
    async chain(tenant, id, bounds) {
      const chain = await responses.chain(tenant, id, bounds)
      if (chain.outcome !== 'found') return chain
      return { ...chain, responses: await Promise.all(chain.responses.map(opened)) }
    },
    async flush(progress) {
      const sealed = progress.map(async (part) => {
        const cipher = await cipherIn(part.tenant, part.id)
        const { output } = part
        return {
          ...part,
          output: output?.map((item) => sealItem(item, cipher)),
          frames: sealFrames(part, cipher),
        }
      })
      return responses.flush(await Promise.all(sealed))
    },
    async finish(end) {
      const cipher = await cipherIn(end.tenant, end.id)
      return responses.finish({
        ...end,
        body: sealBody(end.body, end.id, cipher),
        error: sealError(end.error, end.id, cipher),
        output: end.output.map((item) => sealItem(item, cipher)),
        frames: sealFrames(end, cipher),
      })
    },
    async frames(tenant, id, from, bytesMax) {
      const kept = await responses.frames(tenant, id, from, bytesMax)
      if (kept === undefined) return undefined
      const conversation = await conversationOf(tenant, id)
      return opening({ tenant, conversation }, (cipher) => ({
        ...kept,
        frames: kept.frames.map((frame) => openFrame(frame, id, cipher)),
      }))
    },
    responseWithItem: (tenant, itemId) => responses.responseWithItem(tenant, itemId),
    remove: (tenant, id) => responses.remove(tenant, id),
    recover: (error, completedAt) => responses.recover(error, completedAt),
    expire: () => responses.expire(),
  }
}

function sealResponse(response: KeptResponse, cipher: TextCipher): KeptResponse {
  return {
    ...response,
    body: sealBody(response.body, response.id, cipher),
    error: sealError(response.error, response.id, cipher),
    input: response.input.map((item) => sealItem(item, cipher)),
    output: response.output.map((item) => sealItem(item, cipher)),
  }
}

/** What cannot be read of it, because its key is gone, is left out. */
function openResponse(response: KeptResponse, cipher: TextCipher): KeptResponse {
  const items = (list: readonly JsonObject[]) =>
    list
      .map((item) => openObject(item, itemContext(item), cipher))
      .filter((item) => item !== undefined)
  return {
    ...response,
    body: openObject(response.body, bodyContext(response.id), cipher) ?? {},
    error: openError(response.error, response.id, cipher),
    input: items(response.input),
    output: items(response.output),
  }
}

function sealBody(body: JsonObject, id: string, cipher: TextCipher): JsonObject {
  return { sealed: cipher.seal(body, bodyContext(id)) }
}

/** What a provider says of a call may repeat it. */
function sealError(
  error: ResponseError | null,
  id: string,
  cipher: TextCipher,
): ResponseError | null {
  return error && { ...error, message: cipher.seal(error.message, errorContext(id)) }
}

function openError(
  error: ResponseError | null,
  id: string,
  cipher: TextCipher,
): ResponseError | null {
  if (error === null || !isSealedText(error.message)) return error
  const message = openUnlessGone(error.message, errorContext(id), cipher)
  return { ...error, message: typeof message === 'string' ? message : '' }
}

function sealItem(item: JsonObject, cipher: TextCipher): JsonObject {
  const sealed = cipher.seal(item, itemContext(item))
  return item['id'] === undefined ? { sealed } : { id: item['id'], sealed }
}

function openObject(
  value: JsonObject,
  context: string,
  cipher: TextCipher,
): JsonObject | undefined {
  const { sealed } = value
  if (!isSealedText(sealed)) return value
  const opened = openUnlessGone(sealed, context, cipher)
  return isJsonObject(opened) ? opened : undefined
}

function sealFrames(
  { frames, id }: { readonly frames: readonly string[]; readonly id: string },
  cipher: TextCipher,
): readonly string[] {
  return frames.map((frame) => cipher.seal(frame, frameContext(id)))
}

function openFrame(frame: string, id: string, cipher: TextCipher): string {
  return isSealedText(frame) ? String(cipher.open(frame, frameContext(id))) : frame
}

const bodyContext = (id: string) => `response ${id}`
const errorContext = (id: string) => `error of ${id}`
const frameContext = (id: string) => `frame of ${id}`
const itemContext = ({ id }: JsonObject) => `response item ${typeof id === 'string' ? id : ''}`
