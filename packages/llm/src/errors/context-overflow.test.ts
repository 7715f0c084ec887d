import { describe, expect, it } from 'vitest'
import { isContextOverflow } from './context-overflow.ts'

describe('a prompt that is too long', () => {
  it.each<[string, string]>([
    ['Anthropic', 'prompt is too long: 208310 tokens > 200000 maximum'],
    ['Anthropic', 'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000'],
    ['Anthropic through a proxy', 'Request size exceeds model context window'],
    ['Bedrock', 'Input is too long for requested model.'],
    ['Bedrock', 'Too many input tokens. Max input tokens: 8192, request input token count: 9000'],
    [
      'OpenAI',
      "This model's maximum context length is 4097 tokens. However, your messages resulted in 5008 tokens.",
    ],
    [
      'OpenAI',
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
    ],
    [
      'OpenAI',
      'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 509178 tokens.',
    ],
    [
      'OpenAI',
      "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760, but got 20000000 instead.",
    ],
    [
      'Gemini',
      'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
    ],
    [
      'Vertex AI',
      'Unable to submit request because the input token count is 1048577 but the model only supports up to 1048576.',
    ],
    ['xAI', "This model's maximum prompt length is 131072 but the request contains 537812 tokens."],
    ['Groq', 'Please reduce the length of the messages or completion.'],
    ['Together', "The input (516368 tokens) is longer than the model's context length (262144)."],
    [
      'OpenRouter',
      "This endpoint's maximum context length is 131072 tokens. However, you requested about 200000 tokens",
    ],
    ['Poolside', 'Input length 131393 exceeds the maximum allowed input length of 131040 tokens.'],
    ['GitHub Copilot', 'prompt token count of 200000 exceeds the limit of 128000'],
    [
      'Mistral',
      'Prompt contains 200000 tokens, too large for model with 131072 maximum context length',
    ],
    ['MiniMax', 'invalid params, context window exceeds limit (2013)'],
    [
      'Moonshot',
      'Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)',
    ],
    ['DashScope', 'Range of input length should be [1, 129024]'],
    ['Z.ai', 'Prompt exceeds max length'],
    ['Cohere', 'too many tokens: total number of tokens in the prompt cannot exceed 4081'],
    ['vLLM', "This model's context length is only 4096 tokens. Please shorten your input."],
    ['vLLM', "The prompt (total length 5000) exceeds the model's maximum context length of 4096."],
    ['TGI', '`inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3000 and 20'],
    ['llama.cpp', 'the request exceeds the available context size, try increasing it'],
    ['llama.cpp', 'Context size has been exceeded.'],
    [
      'LM Studio',
      'The number of tokens to keep from the initial prompt is greater than the context length.',
    ],
    ['Ollama', 'prompt too long; exceeded max context length by 10000 tokens'],
    ['Ollama', 'the input length exceeds the context length'],
    ['SGLang', "The input (9000 tokens) is longer than the model's context length (8192 tokens)."],
    ['a proxy', 'The request payload size has exceed context limit'],
  ])('in the words of %s: %s', (_vendor, message) => {
    expect(isContextOverflow([], message)).toBe(true)
  })

  it.each([
    'context_length_exceeded',
    'context_window_exceeded',
    'model_context_window_exceeded',
    'exceed_context_size_error',
  ])('as the code %s', (code) => {
    expect(isContextOverflow(['invalid_request_error', code], '')).toBe(true)
  })

  it.each([
    'max_tokens is too large: 100000. This model supports at most 16384 completion tokens.',
    'max_tokens: 70000 > 64000, which is the maximum allowed number of output tokens',
    'max_tokens exceeds the limit of 8192',
    "Invalid 'user': string too long. Expected a string with maximum length 64, but got 70 instead.",
    'The image is too large: 9000000 bytes exceeds the maximum of 5242880 bytes',
    'Incorrect API key provided.',
    'The context is large, but acceptable.',
    'messages: at least one message is required',
    "Invalid value for 'tools[0].name': too long",
    '',
  ])('is not: %s', (message) => {
    expect(isContextOverflow(['invalid_request_error'], message)).toBe(false)
  })
})
