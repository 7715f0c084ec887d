/**
 * What the ids begin with that the gateway makes for calls without one. They are not sent to the API,
 * which then matches calls and responses by their order.
 */
const mark = 'fcall_'

/** OpenAI refuses ids of more than 40 characters. */
const answerIdLength = 26

export const isMadeId = (id: string): boolean => id.startsWith(mark)

/** The id of a call in an answer; the same for the same answer. */
export function answerCallId(responseId: string, index: number): string {
  const answer = responseId.replaceAll(/[^\w-]/g, '_').slice(0, answerIdLength)
  return answer === '' ? `${mark}${index}` : `${mark}${answer}_${index}`
}

/** Gives the calls of a request their ids, and finds those that responses belong to. */
export interface CallIds {
  ofCall(id: unknown, name: string): string
  ofResponse(id: unknown, name: string): string
}

export function createCallIds(): CallIds {
  /** Calls that wait for their response, by the function's name. */
  const waiting = new Map<string, string[]>()
  /** How many of each list have been taken. */
  const taken = new Map<string, number>()
  let made = 0
  return {
    ofCall(id, name) {
      const callId = typeof id === 'string' && id !== '' ? id : `${mark}${made++}`
      const list = waiting.get(name)
      if (list === undefined) waiting.set(name, [callId])
      else list.push(callId)
      return callId
    },
    ofResponse(id, name) {
      if (typeof id === 'string' && id !== '') return id
      const position = taken.get(name) ?? 0
      taken.set(name, position + 1)
      return waiting.get(name)?.[position] ?? `${mark}${made++}`
    },
  }
}
