import { describe, expect, it } from 'vitest'
import { anthropicMessages } from './anthropic-messages/dialect.ts'
import { bedrockConverse } from './bedrock-converse/dialect.ts'
import { cohereChat } from './cohere-chat/dialect.ts'
import { openAiChat } from './openai-chat/dialect.ts'
import { openAiResponses } from './openai-responses/dialect.ts'

const chat = (parts: object, content: unknown = 'hi') => ({
  model: 'm',
  messages: [{ role: 'user', content }],
  ...parts,
})
const message = (parts: object, content: unknown = 'hi') => ({
  ...chat({ max_tokens: 10, ...parts }, content),
})
const tool = { type: 'function', function: { name: 'look' } }
const jpeg = { type: 'image_url', image_url: { url: 'https://x.test/a.jpg' } }

describe('what a call asks of its model', () => {
  it.each<[object, string[]]>([
    [chat({}), []],
    [chat({ stream: true }), ['Streaming']],
    [chat({ tools: [tool] }), ['Tools']],
    [chat({ tools: [] }), []],
    [chat({ functions: [{ name: 'look' }] }), ['Tools']],
    [chat({}, [{ type: 'text', text: 'what is this?' }, jpeg, jpeg]), ['Vision']],
    [chat({}, [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }]), ['Audio']],
    [chat({ modalities: ['text', 'audio'] }), ['Audio']],
    [chat({ response_format: { type: 'json_object' } }), []],
    [chat({ response_format: { type: 'json_schema', json_schema: {} } }), ['StructuredOutput']],
    [chat({ reasoning_effort: 'low' }), ['Reasoning']],
    [chat({ reasoning_effort: 'none' }), []],
  ])('in Chat Completions %o: %j', (body, features) => {
    expect([...openAiChat.passage.inspect(body as never).features]).toEqual(features)
  })

  it.each<[object, string[]]>([
    [message({}), []],
    [
      message({ stream: true, tools: [{ name: 'look', input_schema: {} }] }),
      ['Streaming', 'Tools'],
    ],
    [message({}, [{ type: 'image', source: { type: 'url', url: 'https://x.test' } }]), ['Vision']],
    [message({ output_config: { effort: 'low' } }), []],
    [message({ output_config: { format: { type: 'json_schema' } } }), ['StructuredOutput']],
    [message({ thinking: { type: 'enabled', budget_tokens: 1024 } }), ['Reasoning']],
    [message({ thinking: { type: 'disabled' } }), []],
  ])('in Messages %o: %j', (body, features) => {
    expect([...anthropicMessages.passage.inspect(body as never).features]).toEqual(features)
  })
})

describe('what a call asks of its model in Responses', () => {
  const call = (parts: object, input: unknown = 'hi') => ({ model: 'm', input, ...parts })
  const image = { type: 'input_image', image_url: 'https://x.test/a.jpg' }

  it.each<[object, string[]]>([
    [call({}), []],
    [call({ stream: true, tools: [{ type: 'web_search' }] }), ['Streaming', 'Tools']],
    [call({}, [{ role: 'user', content: [image] }]), ['Vision']],
    [call({}, [{ type: 'function_call_output', call_id: 'c', output: [image] }]), ['Vision']],
    [call({ text: { format: { type: 'json_object' } } }), []],
    [call({ text: { format: { type: 'json_schema' } } }), ['StructuredOutput']],
    [call({ reasoning: { effort: 'low' } }), ['Reasoning']],
    [call({ reasoning: { effort: 'none', summary: 'auto' } }), []],
  ])('%o: %j', (body, features) => {
    expect([...openAiResponses.passage.inspect(body as never).features]).toEqual(features)
  })
})

it.each<[object, string[]]>([
  [chat({}), []],
  [chat({ stream: true, tools: [tool] }), ['Streaming', 'Tools']],
  [chat({}, [{ type: 'text', text: 'what is this?' }, jpeg]), ['Vision']],
  [chat({ response_format: { type: 'json_object' } }), []],
  [chat({ response_format: { type: 'json_object', json_schema: {} } }), ['StructuredOutput']],
  [chat({ thinking: { type: 'enabled' } }), ['Reasoning']],
  [chat({ thinking: { type: 'disabled' } }), []],
])('a call of Cohere asks of its model %o: %j', (body, features) => {
  expect([...cohereChat.passage.inspect(body as never).features]).toEqual(features)
})

describe('what a call of Converse asks of its model', () => {
  const image = { image: { format: 'png', source: { bytes: '' } } }
  it.each<[object, string[]]>([
    [{}, []],
    [{ toolConfig: { tools: [{ toolSpec: { name: 'look' } }] } }, ['Tools']],
    [{ outputConfig: { textFormat: { type: 'json_schema' } } }, ['StructuredOutput']],
    [{ outputConfig: { effort: 'low' } }, ['Reasoning']],
    [{ additionalModelRequestFields: { thinking: {} } }, ['Reasoning']],
    [{ messages: [{ role: 'user', content: [image] }] }, ['Vision']],
    [{ messages: [{ role: 'user', content: [{ toolResult: { content: [image] } }] }] }, ['Vision']],
    [{ messages: [{ role: 'user', content: [{ audio: {} }] }] }, ['Audio']],
  ])('%o: %j', (parts, features) => {
    const body = { messages: [{ role: 'user', content: [{ text: 'hi' }] }], ...parts }
    const { passage } = bedrockConverse
    expect([...passage.inspect(body, { model: 'm' }).features]).toEqual(features)
    expect(passage.outline(body).hasImages).toBe(features.includes('Vision'))
    const limited = { ...body, inferenceConfig: { maxTokens: 7 } }
    expect(passage.inspect(limited, { model: 'm' }).outputTokensMax).toBe(7)
  })
})

describe('the greatest number of output tokens', () => {
  it.each([
    [openAiChat, chat({}), undefined],
    [openAiChat, chat({ max_tokens: 5 }), 5],
    [openAiChat, chat({ max_tokens: 5, max_completion_tokens: 6 }), 6],
    [openAiChat, chat({ max_tokens: 'many' }), undefined],
    [anthropicMessages, message({ max_tokens: 7 }), 7],
    [openAiResponses, { model: 'm', input: 'hi', max_output_tokens: 8 }, 8],
    [cohereChat, chat({ max_tokens: 7 }), 7],
  ])('is read', (dialect, body, expected) => {
    expect(dialect.passage.inspect(body as never).outputTokensMax).toBe(expected)
  })
})

describe('the beginning of a prompt', () => {
  const first = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Hello' }, jpeg] },
  ]
  const later = [...first, { role: 'assistant', content: 'Hi' }, { role: 'user', content: 'More' }]
  const prefix = (messages: readonly object[], parts: object = {}, lengthMax = 4096) =>
    openAiChat.passage.promptPrefix({ messages, ...parts }, lengthMax)

  it('is that of the tools, the system messages and the first other one', () => {
    expect(prefix(first, { tools: [tool] })).toBe('look\nBe brief.\nHello\n')
  })

  it('stays the same while a dialogue goes on', () => {
    expect(prefix(later)).toBe(prefix(first))
  })

  it('is the same for dialogues with the same long instructions', () => {
    const instructions = { role: 'system', content: 'x'.repeat(5000) }
    const one = prefix([instructions, { role: 'user', content: 'one' }])
    expect(one).toHaveLength(4096)
    expect(prefix([instructions, { role: 'user', content: 'two' }])).toBe(one)
  })

  it('is the same for the same prompt in other formats', () => {
    const body = {
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [{ role: 'user', content: 'Hello' }],
      tools: [{ name: 'look' }],
    }
    expect(anthropicMessages.passage.promptPrefix(body, 4096)).toBe('look\nBe brief.\nHello\n')
    const converse = {
      system: [{ text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
      toolConfig: { tools: [{ toolSpec: { name: 'look' } }] },
    }
    expect(bedrockConverse.passage.promptPrefix(converse, 4096)).toBe('look\nBe brief.\nHello\n')
  })

  it('is the same for the same prompt in Responses', () => {
    const body = { instructions: 'Be brief.', input: 'Hello', tools: [{ name: 'look' }] }
    const prompt = 'look\nBe brief.\nHello\n'
    expect(openAiResponses.passage.promptPrefix(body, 4096)).toBe(prompt)
    const input = [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
      { role: 'user', content: 'More' },
    ]
    expect(openAiResponses.passage.promptPrefix({ ...body, instructions: null, input }, 4096)).toBe(
      prompt,
    )
  })

  it('is empty for what is no prompt', () => {
    for (const messages of [undefined, null, 'x', [1], [{}]]) {
      const body = messages === undefined ? {} : { messages }
      expect(openAiChat.passage.promptPrefix(body, 10).trim()).toBe('')
      expect(anthropicMessages.passage.promptPrefix(body, 10).trim()).toBe('')
    }
  })
})
