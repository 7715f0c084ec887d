import { readChatRequest } from '../../call/read-chat-request.ts'
import type { CallRoute } from '../surface.ts'

/**
 * Asking a model about a turn of a conversation: its question again, or another in its place. The
 * bodies, and the answers, are those of chat completions.
 */
export const turnCalls: readonly CallRoute[] = [turnCall('regenerate'), turnCall('edit')]

function turnCall(action: 'edit' | 'regenerate'): CallRoute {
  return {
    method: 'POST',
    path: `/v1/conversations/{id}/turns/{turn}/${action}`,
    reader:
      ({ caller, dialect, http, runtime, services }, { id, turn }) =>
      (body) => {
        const { headers } = http.request
        const sender = { caller, dialect, headers, runtime, services }
        const place = { conversation: id, [action]: turn }
        return readChatRequest(body, sender, { hasStore: true, place })
      },
  }
}
