import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  APICallError,
  generateText,
  isStepCount,
  jsonSchema,
  type LanguageModel,
  Output,
  streamText,
  tool,
} from 'ai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { modelUpstream } from './test-support/model-upstream.ts'
import { consumerOf, keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

/** The packages by which the SDK speaks to a gateway, one for each of its surfaces. */
const packages = {
  '@ai-sdk/openai, Responses': (url: string, apiKey: string, model: string) =>
    createOpenAI({ baseURL: `${url}/v1`, apiKey }).responses(model),
  '@ai-sdk/openai, Chat Completions': (url: string, apiKey: string, model: string) =>
    createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat(model),
  '@ai-sdk/openai-compatible': (url: string, apiKey: string, model: string) =>
    createOpenAICompatible({
      baseURL: `${url}/v1`,
      apiKey,
      name: 'fairlead',
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(model),
  '@ai-sdk/anthropic': (url: string, apiKey: string, model: string) =>
    createAnthropic({ baseURL: `${url}/v1`, apiKey })(model),
  '@ai-sdk/google': (url: string, apiKey: string, model: string) =>
    createGoogle({ baseURL: `${url}/v1beta`, apiKey })(model),
} satisfies Record<string, (url: string, apiKey: string, model: string) => LanguageModel>

/** The APIs of providers by which they are answered. */
const apis = [
  { type: 'OpenAI', version: 'v1' },
  { type: 'OpenAICompatible', version: 'v1' },
  { type: 'Anthropic', version: 'v1' },
  { type: 'Gemini', version: 'v1beta' },
] as const

const pairs = Object.entries(packages).flatMap(([name, modelOf]) =>
  apis.map((api) => ({ name, modelOf, ...api })),
)

const image =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

// The SDK warns that it does not know the model m.
beforeAll(() => void vi.stubGlobal('AI_SDK_LOG_WARNINGS', false))
afterAll(() => void vi.unstubAllGlobals())

describe.each(pairs)(
  "Vercel's AI SDK with $name, answered by $type",
  ({ modelOf, type, version }) => {
    async function start(apiKey = 'good') {
      const upstream = await modelUpstream()
      const baseURL = new URL(version, upstream.url).href
      const gateway = await testGateway({
        gateway: { auth: 'Required' },
        providers: [keyedProvider('p', { type, baseURL })],
        consumers: [consumerOf('app')],
        secrets: { app: 'good', p: 'sk-upstream' },
        routes: [routeOf('all', [{ provider: 'p' }])],
      })
      const model = (name = 'm') => modelOf(gateway.url, apiKey, name)
      return { model, upstream }
    }

    /** A tool, and what it was called with. */
    function weather() {
      const calls: unknown[] = []
      const get_weather = tool({
        description: 'Tells the weather.',
        inputSchema: jsonSchema<{ city: string }>({
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        }),
        execute: (input) => {
          calls.push(input)
          return 'sunny'
        },
      })
      return { calls, tools: { get_weather } }
    }

    it('gets an answer', async () => {
      const { model } = await start()
      const { text, finishReason, usage } = await generateText({
        model: model(),
        instructions: 'Be brief.',
        prompt: 'hello there',
      })
      expect(text).toBe('[Be brief.] 0 images, 2 items: hello there')
      expect(finishReason).toBe('stop')
      expect(usage).toMatchObject({ inputTokens: 12, outputTokens: 5, totalTokens: 17 })
    })

    it('gets the same answer as a stream', async () => {
      const { model } = await start()
      const stream = streamText({ model: model(), prompt: 'hello there' })
      let text = ''
      for await (const piece of stream.textStream) text += piece
      expect(text).toBe('0 images, 1 items: hello there')
      expect(await stream.finishReason).toBe('stop')
      expect(await stream.usage).toMatchObject({ inputTokens: 12, outputTokens: 5 })
    })

    it.each([false, true])('loops over tools, as a stream: %s', async (asStream) => {
      const { model } = await start()
      const { calls, tools } = weather()
      const asked = {
        model: model(),
        prompt: 'what is the weather? think first',
        tools,
        stopWhen: isStepCount(5),
      }
      const text = asStream ? await streamText(asked).text : (await generateText(asked)).text
      expect(text).toMatch(/^The tool said: .*sunny/)
      expect(calls).toEqual([{ city: 'text' }])
    })

    it.each([false, true])('gets structured output, as a stream: %s', async (asStream) => {
      const { model } = await start()
      const schema = jsonSchema<{ name: string; count: number }>({
        type: 'object',
        properties: { name: { type: 'string' }, count: { type: 'integer' } },
        required: ['name', 'count'],
        additionalProperties: false,
      })
      const asked = { model: model(), prompt: 'a thing', output: Output.object({ schema }) }
      const output = asStream ? await streamText(asked).output : (await generateText(asked)).output
      expect(output).toEqual({ name: 'text', count: 1 })
    })

    it('sends images', async () => {
      const { model } = await start()
      const { text } = await generateText({
        model: model(),
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'what is it?' },
              { type: 'file', data: image, mediaType: 'image/png' },
            ],
          },
        ],
      })
      expect(text).toBe('1 images, 1 items: what is it?')
    })

    it.each([
      ['fails-404', 404, false],
      ['fails-429', 429, true],
      ['fails-500', 500, true],
    ])('gets the error of %s as its own class', async (name, status, isRetryable) => {
      const { model } = await start()
      const asked = { model: model(name), prompt: 'hi', maxRetries: 0 }
      const error = await generateText(asked).catch((caught: unknown) => caught)
      expect(APICallError.isInstance(error)).toBe(true)
      expect(error).toMatchObject({ statusCode: expect.any(Number) as number, isRetryable })
      if (status !== 500) expect(error).toMatchObject({ statusCode: status })
      const seen: unknown[] = []
      const stream = streamText({
        ...asked,
        onError: ({ error: caught }) => void seen.push(caught),
      })
      await stream.consumeStream()
      expect(seen).toMatchObject([{ isRetryable }])
    })

    it('is told that its key is wrong', async () => {
      const { model } = await start('wrong')
      const asked = generateText({ model: model(), prompt: 'hi', maxRetries: 0 })
      await expect(asked).rejects.toMatchObject({ statusCode: 401, isRetryable: false })
    })

    it('stops the provider when it stops reading', async () => {
      const { model, upstream } = await start()
      const controller = new AbortController()
      const stream = streamText({
        model: model('slow'),
        prompt: 'hi',
        abortSignal: controller.signal,
        onError: () => undefined,
      })
      for await (const piece of stream.textStream) {
        if (piece !== '') controller.abort()
      }
      const { aborted } = await upstream.request(1)
      await aborted
    })

    it('makes fifty calls at the same time, each with its own answer', async () => {
      const { model } = await start()
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const asked = { model: model(), prompt: `number ${index}` }
          return index % 2 === 0 ? (await generateText(asked)).text : streamText(asked).text
        }),
      )
      expect(answers).toEqual(answers.map((_, index) => `0 images, 1 items: number ${index}`))
    })
  },
)
