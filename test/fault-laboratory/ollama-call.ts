import { type ChatResponse, type GenerateResponse, Ollama } from 'ollama'
import type { CallerAnswer } from './caller-answer.ts'
import { callerKey } from './configuration.ts'

/** A call with Ollama's own client, whose errors are a message and have no code. */
export async function ollamaCall(
  operation: 'chat' | 'generate',
  url: string,
  stream: boolean,
  prompt: string,
): Promise<CallerAnswer> {
  let response: Response | undefined
  let receiving: Promise<string> = Promise.resolve('')
  const client = new Ollama({
    host: url,
    headers: { authorization: `Bearer ${callerKey}` },
    fetch: async (asked, init) => {
      response = await fetch(asked, init)
      receiving = response
        .clone()
        .text()
        .catch(() => '')
      return response
    },
  })
  const model = 'laboratory'
  const messages = [{ role: 'user', content: prompt }]
  let text = ''
  let isFinished = false
  let error: unknown
  try {
    if (stream) {
      const parts =
        operation === 'chat'
          ? await client.chat({ model, messages, stream })
          : await client.generate({ model, prompt, stream })
      for await (const part of parts) {
        text += textOf(part)
        isFinished ||= part.done
      }
    } else {
      const answer =
        operation === 'chat'
          ? await client.chat({ model, messages })
          : await client.generate({ model, prompt })
      text = textOf(answer)
      isFinished = answer.done
    }
  } catch (caught) {
    error = caught
  }
  const received = await receiving
  return {
    status: response?.status ?? 0,
    ending: endingOf(error, isFinished, received),
    text,
    code: undefined,
    retryAfter: response?.headers.get('retry-after') ?? undefined,
    provider: response?.headers.get('x-fairlead-provider') ?? undefined,
    attempts: Number(response?.headers.get('x-fairlead-attempts') ?? 0),
    received,
  }
}

function textOf(part: ChatResponse | GenerateResponse): string {
  return 'message' in part ? part.message.content : (part.response ?? '')
}

function endingOf(error: unknown, isFinished: boolean, received: string): CallerAnswer['ending'] {
  if (error === undefined) return isFinished ? 'Whole' : 'Truncated'
  const [last = ''] = received.trimEnd().split('\n').slice(-1)
  return last.startsWith('{"error":') ? 'Error' : 'Truncated'
}
