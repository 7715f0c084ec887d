import { describe, expect, it } from 'vitest'
import { ModelError } from '../../errors/model-error.ts'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'
import {
  onWire,
  readBySdk,
  sentBySdk,
  streamReadBySdk,
  thrownBySdk,
} from '../../test-support/bedrock-sdk.ts'
import { encodeEvents } from '../../test-support/recordings.ts'
import { testDialect } from '../../test-support/test-dialect.ts'
import { encodeConverseStream } from './converse-stream.ts'

const converse = testDialect('bedrock-converse')
const chat = testDialect('openai-chat')
const messages = testDialect('anthropic-messages')
const png = `data:image/png;base64,${Buffer.from('\u0089PNG\r\n\u001a\n....', 'latin1').toString('base64')}`
const pdf = 'data:application/pdf;base64,JVBERi0='
const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }

const chatBody = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image_url', image_url: { url: png } },
        { type: 'file', file: { filename: 'a_b.pdf', file_data: pdf } },
        { type: 'file', file: { filename: 'a_b.pdf', file_data: pdf } },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      tool_calls: [
        { id: 'call/1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
        { id: 'call/2', type: 'function', function: { name: 'f', arguments: '' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call/2', content: '' },
    { role: 'tool', tool_call_id: 'call/1', content: 'one' },
    { role: 'user', content: 'And?' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'f', description: '', parameters: schema, strict: true },
    },
  ],
  tool_choice: 'required',
  max_tokens: 5000,
  temperature: 0.5,
  top_p: 0.9,
  stop: ['END'],
  service_tier: 'flex',
  metadata: { team: 'a b', odd: '{' },
  response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
  reasoning_effort: 'high',
}

const messagesBody = {
  max_tokens: 9000,
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }] },
  ],
  tools: [{ name: 'f', input_schema: schema, cache_control: { type: 'ephemeral' } }],
  thinking: { type: 'enabled', budget_tokens: 2000 },
  top_k: 5,
}

const models = [
  'qwen.qwen3-32b-v1:0',
  'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'global.anthropic.claude-opus-4-8',
  'anthropic.claude-3-5-haiku-20241022-v1:0',
  'us.amazon.nova-2-lite-v1:0',
  'amazon.nova-pro-v1:0',
  'us.meta.llama3-3-70b-instruct-v1:0',
  'mistral.mistral-large-2407-v1:0',
  'amazon.titan-text-express-v1',
]

describe("AWS's own client", () => {
  it.each(models)('knows every field that is sent to %s', async (model) => {
    for (const request of [
      chat.decodeRequest({ ...chatBody, model }),
      messages.decodeRequest({ ...messagesBody, model }),
    ]) {
      const body = onWire(converse.encodeRequest(request))
      const sent = await sentBySdk(model, body)
      expect(sent?.body).toEqual(body)
      expect(decodeURIComponent(sent?.path ?? '')).toBe(`/model/${model}/converse`)
    }
  })

  it('has its own requests back as they were', async () => {
    const body = {
      system: [
        { text: 's' },
        { cachePoint: { type: 'default', ttl: '1h' } },
        { guardContent: { text: { text: 'g' } } },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { text: 'a' },
            {
              image: {
                format: 'png',
                source: { s3Location: { uri: 's3://b/c.png', bucketOwner: '123456789012' } },
              },
            },
            {
              document: {
                format: 'pdf',
                name: 'report',
                source: { bytes: 'JVBERi0=' },
                context: 'c',
                citations: { enabled: true },
              },
            },
            { video: { format: 'mp4', source: { bytes: 'AAAA' } } },
            { guardContent: { text: { text: 'g', qualifiers: ['query'] } } },
            { cachePoint: { type: 'default' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 't', signature: 'sig' } } },
            { reasoningContent: { redactedContent: 'AAAA' } },
            { text: 'b' },
            {
              citationsContent: {
                content: [{ text: 'c' }],
                citations: [
                  { title: 'T', location: { web: { url: 'https://x.test', domain: 'x.test' } } },
                ],
              },
            },
            { toolUse: { toolUseId: 'u1', name: 'f', input: { a: 1 } } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              toolResult: {
                toolUseId: 'u1',
                content: [{ json: { b: 2 } }, { text: 'd' }],
                status: 'error',
              },
            },
            { text: 'e' },
          ],
        },
      ],
      inferenceConfig: { maxTokens: 5000, stopSequences: ['x'] },
      toolConfig: {
        tools: [
          {
            toolSpec: { name: 'f', description: 'd', inputSchema: { json: schema }, strict: true },
          },
          { cachePoint: { type: 'default' } },
          { systemTool: { name: 'nova_grounding' } },
        ],
        toolChoice: { auto: {} },
      },
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 'n', schema: JSON.stringify(schema) } },
        },
      },
      additionalModelRequestFields: {
        thinking: { type: 'enabled', budget_tokens: 1500 },
        odd: [1],
      },
      additionalModelResponseFieldPaths: ['/stop_sequence'],
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
      performanceConfig: { latency: 'optimized' },
      promptVariables: { v: { text: 'w' } },
      requestMetadata: { a: 'b' },
      serviceTier: { type: 'priority' },
    }
    const model = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
    const request = converse.decodeRequest(body, { model })
    const again = onWire(converse.encodeRequest(request))
    expect(again).toEqual(body)
    expect((await sentBySdk(model, again))?.body).toEqual(body)
  })

  it('reads answers, whole and as streams', async () => {
    const body = converse.encodeResponse(answer)
    expect(onWire(await readBySdk(body))).toEqual(onWire(body))
    const frames = encodeConverseStream(Buffer.from(encodeEvents(converse, responseEvents(answer))))
    const events = await streamReadBySdk(frames)
    expect(events.map((event) => Object.keys(event)[0])).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockDelta',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ])
    expect(JSON.stringify(events)).not.toContain('$unknown')
    expect(events.at(-1)).toMatchObject({
      metadata: {
        usage: { inputTokens: 5, outputTokens: 3, totalTokens: 15, cacheReadInputTokens: 7 },
        metrics: { latencyMs: 12 },
        serviceTier: { type: 'flex' },
      },
    })
  })

  it.each([
    ['authentication', 401, 'AccessDeniedException'],
    ['rate-limited', 429, 'ThrottlingException'],
    ['not-found', 404, 'ResourceNotFoundException'],
    ['invalid-request', 400, 'ValidationException'],
    ['overloaded', 503, 'ServiceUnavailableException'],
    ['timeout', 504, 'ModelTimeoutException'],
    ['internal', 500, 'InternalServerException'],
  ] as const)('throws its own class for an error of kind %s', async (kind, status, name) => {
    const { body } = converse.encodeError(new ModelError(kind, 'why'))
    const headers = { 'content-type': 'application/json' }
    const error = await thrownBySdk({ status, headers, body: Buffer.from(JSON.stringify(body)) })
    expect(error).toMatchObject({ name, message: 'why' })
  })

  it('throws the exception that ends a stream', async () => {
    const lines = converse.createStreamEncoder({ includeUsage: true })
    const text = lines.encode({ type: 'error', error: new ModelError('rate-limited', 'slow down') })
    const read = streamReadBySdk(encodeConverseStream(Buffer.from(text)))
    await expect(read).rejects.toMatchObject({ name: 'ThrottlingException', message: 'slow down' })
  })
})

const output: readonly Item[] = [
  {
    type: 'reasoning',
    maker: 'bedrock-converse',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'hm' }],
    signature: 'sig',
  },
  { type: 'reasoning', maker: 'bedrock-converse', summary: [], encrypted_content: 'AAAA' },
  {
    type: 'message',
    role: 'assistant',
    content: [
      {
        type: 'output_text',
        text: 'It is so.',
        annotations: [
          { type: 'url_citation', url: 'https://x.test', title: 'X', cited_text: 'so' },
        ],
      },
      { type: 'output_file', media_type: 'image/png', data: 'iVBORw0KGgo=' },
    ],
  },
  { type: 'function_call', call_id: 'u1', name: 'f', arguments: '{"a":1}' },
]

const answer: ModelResponse = {
  id: 'i',
  model: 'm',
  createdAt: 0,
  output,
  finishReason: 'tool_calls',
  usage: {
    inputTokens: 12,
    cachedInputTokens: 7,
    cacheWriteInputTokens: 0,
    outputTokens: 3,
    reasoningTokens: 0,
  },
  serviceTier: 'flex',
  extras: { dialect: 'bedrock-converse', fields: { metrics: { latencyMs: 12 } } },
}
