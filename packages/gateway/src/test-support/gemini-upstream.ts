import { isJsonObject, type JsonObject } from '@fairlead/base'
import { brokenGeminiRule } from './fuzz/gemini-rules.ts'
import { type Answer, json, sse } from './upstream.ts'

const identity = { modelVersion: 'gemini-test', responseId: 'resp1' }

/**
 * Gemini's API, as strict as it is: whoever breaks a rule gets its error. A prompt that contains
 * `call NAME` gets a call of that function, signed; a response to it gets an answer that repeats it;
 * a request for JSON gets `{"city":"Paris"}`.
 */
export const geminiServer: Answer = (response, request) => {
  const found =
    /^\/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent)(\?alt=sse)?$/.exec(
      request.path,
    )
  if (found === null) return json(404, errorBody(404, 'NOT_FOUND', 'not found'))(response, request)
  const [, model = '', method, isSse] = found
  if (request.headers['x-goog-api-key'] !== 'gemini-key') {
    const body = errorBody(
      400,
      'INVALID_ARGUMENT',
      'API key not valid. Please pass a valid API key.',
    )
    return json(400, body)(response, request)
  }
  const rule = brokenGeminiRule(model, request.body)
  if (rule !== undefined) {
    return json(400, errorBody(400, 'INVALID_ARGUMENT', rule))(response, request)
  }
  const parts = answerParts(request.body)
  if (method === 'generateContent') return json(200, answer(parts, true))(response, request)
  if (isSse === undefined) {
    return json(400, errorBody(400, 'INVALID_ARGUMENT', 'the gateway asks for events'))(
      response,
      request,
    )
  }
  const pieces = parts.map((part) => answer([part], false))
  const frames = [...pieces, answer([{ text: '' }], true)]
  return sse(...frames.map((piece) => `data: ${JSON.stringify(piece)}\r\n\r\n`))(response, request)
}

export function errorBody(code: number, status: string, message: string): object {
  return { error: { code, message, status } }
}

function answer(parts: readonly object[], isLast: boolean): object {
  return {
    candidates: [
      {
        content: { role: 'model', parts },
        index: 0,
        ...(isLast ? { finishReason: 'STOP' } : {}),
      },
    ],
    usageMetadata: {
      promptTokenCount: 7,
      ...(isLast ? { candidatesTokenCount: 3, thoughtsTokenCount: 2 } : {}),
      totalTokenCount: isLast ? 12 : 7,
    },
    ...identity,
  }
}

function answerParts(body: JsonObject): readonly object[] {
  const contents = (body['contents'] as JsonObject[]).flatMap(
    ({ parts }) => parts as readonly JsonObject[],
  )
  const last = contents.at(-1) ?? {}
  const config = body['generationConfig']
  if (isJsonObject(config) && config['responseMimeType'] === 'application/json') {
    return [{ text: '{"city":"Paris"}' }]
  }
  if (isJsonObject(last['functionResponse'])) {
    return [{ text: `It said ${JSON.stringify(last['functionResponse']['response'])}.` }]
  }
  const text = typeof last['text'] === 'string' ? last['text'] : ''
  const name = /call (\w+)/.exec(text)?.[1]
  if (name !== undefined) {
    return [{ functionCall: { name, args: { city: 'Paris' } }, thoughtSignature: 'c2lnbmF0dXJl' }]
  }
  const images = contents.filter((part) => part['inlineData'] !== undefined).length
  return [
    { text: 'Thinking about it.', thought: true },
    { text: `You said: "${text}"` },
    { text: images === 0 ? '' : ` with ${images} image` },
  ].filter((part) => part.text !== '')
}
